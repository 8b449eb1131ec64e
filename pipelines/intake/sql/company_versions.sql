-- Company rows with their keys; a row without a name or a domain has no record key and lands in `unmatched`, unless it says that
-- the company of its id is gone.
WITH said AS (
    SELECT * REPLACE (visible(name) AS name) FROM mapped_companies
), keyed AS (
    SELECT c.* EXCLUDE (emails, phones),
           list_concat(coalesce(e.emails, []), coalesce(e.role_emails, [])) AS emails, coalesce(p.phones, []) AS phones,
           coalesce(w.domain, e.domain) AS domain, folded(c.name) AS name_fold,
           employee_range(c.size) AS size_range, number_of(c.annual_revenue, g.sign) AS revenue,
           c.source_id IS NOT NULL AND c.layout = 'plain' AND c.source NOT IN (SELECT source FROM declared_ids) AS guessed,
           i.source_id IS NOT NULL AS shared
    FROM said c
    LEFT JOIN shared_ids i ON i.object = 'companies' AND i.landing = c.landing AND i.source_id = c.source_id
    LEFT JOIN record_emails e ON e.object = 'companies' AND e.landing = c.landing AND e.row = c.row
    LEFT JOIN record_phones p ON p.object = 'companies' AND p.landing = c.landing AND p.row = c.row
    LEFT JOIN decimal_signs g ON g.landing = c.landing
    LEFT JOIN domain_keys w ON w.host = host_of(c.website) AND NOT w.free
)
SELECT CASE WHEN coalesce(domain, name_fold) IS NOT NULL OR fate(tombstone) IS NOT NULL AND source_id IS NOT NULL AND NOT guessed THEN source || '/companies/' || layout || ':' || CASE
           WHEN guessed AND NOT shared THEN series || ':' || source_id
           WHEN source_id IS NOT NULL AND NOT guessed THEN source_id
           ELSE coalesce(domain, name_fold) || '#' || substr(md5(concat_ws(chr(31), domain, name_fold)), 1, 12) END
       END AS record_key, * EXCLUDE (guessed, shared)
FROM keyed
