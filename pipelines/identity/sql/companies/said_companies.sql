-- What contact records say of their companies, each pair of domain and name once.
WITH said AS (
    SELECT company_domain AS domain, company_name, count(*) AS contacts, min(record_key) AS record_key
    FROM records WHERE company_name IS NOT NULL GROUP BY company_domain, company_name
), folds AS (
    SELECT *, folded(company_name) AS name_fold FROM said
)
SELECT *, 'said:' || coalesce(domain, '') || '|' || name_fold AS name FROM folds
