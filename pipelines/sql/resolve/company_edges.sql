-- A company is its domain; one without a domain is its name, where just one domain or none bears that name.
WITH names AS (
    SELECT name_fold, min(domain) AS domain, count(DISTINCT domain) AS domains
    FROM company_nodes WHERE name_fold IS NOT NULL GROUP BY name_fold
)
SELECT n.node AS a, CASE WHEN n.domain IS NOT NULL THEN 'domain:' || n.domain
                         WHEN s.domains = 1 THEN 'domain:' || s.domain
                         WHEN n.name_fold IS NOT NULL THEN 'name:' || n.name_fold
                         ELSE n.node END AS b
FROM company_nodes n LEFT JOIN names s USING (name_fold)
UNION ALL
SELECT record_key, 'entity:' || entity_id FROM known_companies WHERE record_key IN (SELECT node FROM company_nodes)
UNION ALL
SELECT 'crm:' || crm_id, 'entity:' || entity_id FROM company_links WHERE crm_id IN (SELECT crm_id FROM current_companies)
UNION ALL
SELECT 'crm:' || crm_id, 'entity:' || bridge_id FROM current_companies WHERE bridge_id IS NOT NULL
