-- Every host that a CRM contact's or company's e-mail or website names, once.
SELECT DISTINCT host FROM (
    SELECT host FROM email_keys UNION ALL SELECT host_of(website) FROM fetched_companies
) WHERE host IS NOT NULL
