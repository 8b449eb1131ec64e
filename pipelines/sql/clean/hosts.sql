-- Every host that an e-mail or a website names, once.
SELECT DISTINCT host FROM (
    SELECT host FROM email_keys
    UNION ALL SELECT host_of(company_website) FROM mapped_contacts
    UNION ALL SELECT host_of(website) FROM mapped_companies
) WHERE host IS NOT NULL
