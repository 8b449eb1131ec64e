-- Every host that a CRM contact's or company's e-mail or website names, once, and how many e-mails name it.
SELECT host, sum(emails)::BIGINT AS emails FROM (
    SELECT host, count(*) AS emails FROM read_emails GROUP BY host
    UNION ALL SELECT DISTINCT host_of(website), 0 FROM fetched_companies
) WHERE host IS NOT NULL GROUP BY host
