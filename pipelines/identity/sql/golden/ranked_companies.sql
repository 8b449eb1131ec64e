-- What speaks for each company, the one to believe first: records, newest first (what does not say
-- when it changed after what does); then what most contacts say.
WITH said AS (
    SELECT name, sum(contacts) AS contacts, arg_min(company_name, {'uses': -contacts, 'name': company_name}) AS company_name,
           min(record_key) AS record_key
    FROM said_companies WHERE name_fold IS NOT NULL GROUP BY name
)
SELECT c.company_id, n.name AS node, coalesce(r.record_key, s.record_key) AS record_key, coalesce(r.name, s.company_name) AS name, n.domain,
       coalesce(r.website, n.domain) AS website, r.industry, r.size_range, r.revenue, r.street, r.city, r.state,
       r.country, r.postal_code, coalesce(r.emails, []) AS emails, coalesce(r.phones, []) AS phones,
       row_number() OVER (PARTITION BY c.company_id ORDER BY r.record_key IS NULL, r.source_order,
           r.modified_at DESC NULLS LAST, date_trunc('day', r.dated) DESC, s.contacts DESC NULLS LAST, n.name) AS rank
FROM company_clusters c JOIN company_nodes n ON n.name = c.record_key
LEFT JOIN company_records r ON r.record_key = n.name LEFT JOIN said s ON s.name = n.name
