-- Everything that stands for a company: records, what contact records say of theirs, and the CRM's companies.
SELECT record_key AS node, domain, name_fold, company_records.name FROM company_records
UNION ALL
SELECT 'said:' || coalesce(company_domain, '') || '|' || folded(company_name), company_domain, folded(company_name), min(company_name)
FROM records WHERE folded(company_name) IS NOT NULL
GROUP BY company_domain, folded(company_name)
UNION ALL
SELECT 'crm:' || crm_id, domain, folded(name), name FROM current_companies
