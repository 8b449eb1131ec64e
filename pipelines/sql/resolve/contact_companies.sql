-- The company of each contact record: by the source's own association, else by what the record says of it, else by
-- the domain it works under.
WITH associated AS (
    SELECT source, source_id, min(record_key) AS node FROM company_records WHERE source_id IS NOT NULL
    GROUP BY source, source_id HAVING count(*) = 1
), by_domain AS (
    -- One that only the CRM has goes by its id there.
    SELECT n.domain, coalesce(min(c.company_id), min(n.node)) AS company_id
    FROM company_nodes n LEFT JOIN company_clusters c ON c.record_key = n.node
    WHERE n.domain IS NOT NULL GROUP BY n.domain
    HAVING count(DISTINCT c.company_id) <= 1 AND count(*) FILTER (starts_with(n.node, 'crm:')) <= 1
)
SELECT r.record_key, coalesce(a.company_id, s.company_id, d.company_id) AS company_entity
FROM records r
LEFT JOIN associated x ON x.source = r.source AND x.source_id = split_part(r.company_id, ';', 1)
LEFT JOIN company_clusters a ON a.record_key = x.node
LEFT JOIN company_clusters s ON s.record_key = 'said:' || coalesce(r.company_domain, '') || '|' || folded(r.company_name)
LEFT JOIN by_domain d ON d.domain = r.company_domain
WHERE coalesce(a.company_id, s.company_id, d.company_id) IS NOT NULL
