-- The current version of each company record that stands.
SELECT v.* EXCLUDE (tombstone, merged_into, merged_ids) FROM company_versions v
ANTI JOIN replaced r ON r.object = 'companies' AND r.landing = v.landing AND r.row = v.row
ANTI JOIN gone_records g ON g.record_key = v.record_key
WHERE v.record_key IS NOT NULL
