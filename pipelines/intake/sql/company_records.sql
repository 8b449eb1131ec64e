-- The current version of each company record.
SELECT v.* FROM company_versions v
ANTI JOIN replaced r ON r.object = 'companies' AND r.landing = v.landing AND r.row = v.row
WHERE v.record_key IS NOT NULL
