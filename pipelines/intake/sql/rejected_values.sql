-- Every value that could not be read, with where it stands. Its row lives on if anything identifies it. One of a file
-- that has landed anew since is `superseded`: it tells of the past; so is one of a record that was pulled anew since.
WITH bad AS (
SELECT l.source, l.file, g.landing, g.row, g.object, 'email' AS field, g.raw AS value, k.reason
FROM given_emails g JOIN (SELECT DISTINCT raw, reason FROM email_keys WHERE reason IS NOT NULL) k USING (raw)
JOIN landings l ON l.landing = g.landing
UNION ALL
SELECT l.source, l.file, g.landing, g.row, g.object, 'phone', k.text, k.reason
FROM given_phones g JOIN phone_keys k ON k.raw = g.raw AND k.country = g.country
JOIN landings l ON l.landing = g.landing
WHERE k.reason IS NOT NULL
UNION ALL
SELECT source, file, landing, row, object, 'modified_at', modified_text, 'not a date in the expected form'
FROM mapped_rows WHERE modified_text IS NOT NULL AND modified_at IS NULL
UNION ALL
SELECT source, file, landing, row, 'contacts', field, value, 'neither yes nor no'
FROM (SELECT source, file, landing, row, 'email_opt_out' AS field, unnest(email_opt_out) AS value FROM contact_versions
      UNION ALL SELECT source, file, landing, row, 'phone_opt_out', unnest(phone_opt_out) FROM contact_versions)
WHERE consent(value) IS NULL
UNION ALL
SELECT source, file, landing, row, 'contacts', '{name}', {name}, 'not a date in the expected form' FROM contact_versions WHERE {name} IS NOT NULL AND consent_time({name}) IS NULL UNION ALL
SELECT source, file, landing, row, 'companies', 'size', size, 'not a number of employees'
FROM company_versions WHERE size IS NOT NULL AND size_range IS NULL
UNION ALL
SELECT source, file, landing, row, 'companies', 'annual_revenue', annual_revenue,
       CASE WHEN needs_sign(annual_revenue) THEN 'a decimal sign or a thousands separator: nothing in its column says which' ELSE 'not a number' END
FROM company_versions WHERE annual_revenue IS NOT NULL AND revenue IS NULL
)
SELECT bad.*, n.landing IS NULL OR (r.landing IS NOT NULL AND p.pulled) AS superseded
FROM bad LEFT JOIN newest_landings n ON n.landing = bad.landing LEFT JOIN landing_places p ON p.landing = bad.landing
LEFT JOIN replaced r ON r.object = bad.object AND r.landing = bad.landing AND r.row = bad.row
