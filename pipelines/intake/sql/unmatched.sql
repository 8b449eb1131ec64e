-- Records that nothing of their own identifies: kept, counted, and not written to the CRM. One of a file that has
-- landed anew since is `superseded`.
WITH bare AS (
SELECT 'contacts' AS object, record_key, source, file, landing, row, first_name, last_name, company_name, company_domain, title,
       city, birthday, linkedin_url, role_emails, external_ids,
       CASE WHEN len(role_emails) > 0 THEN 'only a shared mailbox' ELSE 'no usable e-mail or phone' END AS reason
FROM contact_records WHERE len(emails) = 0 AND len(phones) = 0
UNION ALL
SELECT 'companies', NULL, source, file, landing, row, NULL, NULL, name, domain, NULL,
       city, NULL, NULL, [], [], 'no name and no domain'
FROM company_versions WHERE record_key IS NULL
)
SELECT bare.*, n.landing IS NULL AS superseded FROM bare LEFT JOIN newest_landings n ON n.landing = bare.landing
