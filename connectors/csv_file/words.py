"""The words that stand in the headers of tables kept by hand, best first, as letters and digits in one case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_EMAILS: Final = (
    *("email", "emailaddress", "emailadresse", "mail", "mailadresse", "primaryemail", "workemail", "emailwork"),
    *("businessemail", "companyemail", "workemailaddress", "correo", "correoelectronico", "courriel", "adresseemail"),
    *("adressemail", "homeemail", "emailhome", "personalemail", "privateemail", "privatemail", "otheremail"),
    *("secondaryemail", "additionalemail", "additionalemailaddresses", "alternateemail", "emailother"),
)
_PHONES: Final = (
    *("phone", "phonenumber", "telephone", "telephonenumber", "telefon", "telefonnummer", "tel", "telno", "téléphone"),
    *("teléfono", "telefono", "primaryphone", "workphone", "phonework", "businessphone", "officephone", "companyphone"),
    *("companymainphone", "mobile", "mobilephone", "mobilenumber", "mobilephonenumber", "phonemobile", "cell"),
    *("cellphone", "cellphonenumber", "mobil", "mobiltelefon", "handy", "handynummer", "móvil", "portable", "sms"),
    *("homephone", "phonehome", "privatephone", "festnetz", "otherphone", "phoneother", "additionalphone"),
)
_WEBSITE: Final = (
    *("website", "websiteurl", "domain", "companydomain", "companydomainname", "companywebsite", "web", "webpage"),
    *("homepage", "webseite", "url", "companyurl"),
)
_COMPANY: Final = (
    *("companyname", "company", "organization", "organisation", "organizationname", "organisationname", "firma"),
    *(
        "firmenname",
        "firmname",
        "unternehmen",
        "account",
        "accountname",
        "employer",
        "société",
        "societe",
        "entreprise",
    ),
    *("empresa", "azienda", "businessname"),
)
_ID: Final = ("recordid", "externalid", "id", "uid", "guid", "uuid")
_MODIFIED: Final = (
    *("modifiedat", "updatedat", "lastmodified", "lastmodifieddate", "lastmodifiedat", "modified", "modifieddate"),
    *("updated", "lastupdated", "lastupdatedat", "lastchanged", "updatetime", "systemmodstamp", "changedat"),
    *("geändertam",),
)
_TAGS: Final = ("tags", "tag", "labels", "label", "groups", "lists", "categories", "segments", "schlagworte")
_COUNTRY: Final = (
    *("country", "countryregion", "countrycode", "land", "pays", "país", "mailingcountry", "billingcountry"),
    *("businesscountryregion", "homecountryregion", "othercountryregion"),
)
_CITY: Final = ("city", "town", "ort", "stadt", "ville", "ciudad", "città", "wohnort")
_BIRTHDAY: Final = (
    *("birthday", "birthdate", "dateofbirth", "dob", "bday", "geburtstag", "geburtsdatum", "datedenaissance"),
    *("fechadenacimiento", "datadinascita"),
)
CONSENT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "email_opt_out": (
        *("unsubscribedfromallemail", "unsubscribedfromallemails", "emailoptout", "hasoptedoutofemail"),
        *("emailoptedout", "optedoutofemail", "emailblacklisted", "unsubscribed", "donotemail", "donotsendemail"),
        *("optout", "optedout", "marketingstatus"),
    ),
    "email_opt_out_at": (
        *("unsubtime", "cleantime", "unsubscribedat", "unsubscribedate", "optoutdate", "emailoptoutdate"),
    ),
    "email_opt_in_at": ("confirmtime", "optintime", "optindate", "emailoptindate"),
    "phone_opt_out": (
        *("donotcall", "donotphone", "phoneoptout", "calloptout", "smsblacklisted", "smsoptout", "whatsappblacklisted"),
    ),
    "phone_opt_out_at": ("phoneoptoutdate", "smsoptoutdate"),
    "phone_opt_in_at": ("phoneoptindate", "smsoptindate"),
}
"""Who wants no e-mail, no calls or no messages, as HubSpot, Salesforce, Mailchimp, Brevo and people put it. Not those
who opted out of one kind of e-mail alone, such as HubSpot's `Opted out of email: …`."""

CONTACT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "source_id": (*_ID, "contactid", "personid", "leid", "guestid", "apiid"),
    "modified_at": _MODIFIED,
    "full_name": ("fullname", "name", "contactname", "personname", "displayname", "vollständigername", "nomcomplet"),
    "first_name": ("firstname", "givenname", "forename", "vorname", "prénom", "prenom", "nombre", "fname"),
    "last_name": (
        "lastname",
        "surname",
        "familyname",
        "nachname",
        "familienname",
        "nom",
        "apellido",
        "apellidos",
        "lname",
    ),
    "emails": _EMAILS,
    "phones": _PHONES,
    "title": ("jobtitle", "position", "role", "jobrole", "funktion", "berufsbezeichnung", "poste", "title"),
    "department": ("department", "abteilung", "team"),
    "company_id": ("companyid", "accountid", "organizationid", "organisationid", "associatedcompanyids"),
    "company_name": _COMPANY,
    "company_website": _WEBSITE,
    "city": (*_CITY, "mailingcity", "homecity", "businesscity", "othercity"),
    "country": _COUNTRY,
    "locale": ("locale", "language", "preferredlanguage", "sprache"),
    "linkedin_url": ("linkedin", "linkedinurl", "linkedinprofile", "linkedinprofileurl", "linkedinbio"),
    "birthday": _BIRTHDAY,
    "tags": _TAGS,
    **CONSENT_WORDS,
}

COMPANY_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "source_id": (*_ID, "companyid", "accountid", "organizationid", "organisationid"),
    "modified_at": _MODIFIED,
    "name": (*_COMPANY, "name"),
    "website": _WEBSITE,
    "emails": _EMAILS,
    "phones": _PHONES,
    "industry": ("industry", "branche", "sector", "secteur"),
    "size": (
        *("size", "companysize", "employees", "numberofemployees", "employeecount", "headcount", "mitarbeiter"),
        *("mitarbeiterzahl",),
    ),
    "annual_revenue": ("annualrevenue", "revenue", "umsatz", "jahresumsatz", "turnover"),
    "street": ("street", "streetaddress", "address", "address1", "addressline1", "billingstreet", "straße", "strasse"),
    "city": (*_CITY, "billingcity"),
    "state": ("state", "stateregion", "region", "province", "bundesland", "billingstate"),
    "country": _COUNTRY,
    "postal_code": ("postalcode", "zip", "zipcode", "postcode", "plz", "postleitzahl", "billingpostalcode"),
}
