-- Every host that an e-mail or a website names, once, and how many e-mails name it.
SELECT host, sum(emails)::BIGINT AS emails FROM (
    SELECT host, count(*) AS emails FROM read_emails GROUP BY host
    UNION ALL SELECT DISTINCT host_of(company_website), 0 FROM mapped_contacts
    UNION ALL SELECT DISTINCT host_of(website), 0 FROM mapped_companies
) WHERE host IS NOT NULL GROUP BY host
