-- What contact records say of their companies, each pair of domain and name once.
SELECT company_domain AS domain, company_name, folded(company_name) AS name_fold, count(*) AS contacts, min(record_key) AS record_key,
       'said:' || coalesce(company_domain, '') || '|' || folded(company_name) AS name
FROM records WHERE company_name IS NOT NULL GROUP BY company_domain, company_name
