-- The company of each contact record: by the source's own association, else by what the record says of it, else by
-- the domain it works under.
WITH associated AS (
    SELECT r.source, r.source_id, min(m.company) AS company
    FROM company_records r JOIN company_nodes n ON n.name = r.record_key JOIN company_members m USING (node) WHERE r.source_id IS NOT NULL
    GROUP BY r.source, r.source_id HAVING count(DISTINCT m.company) = 1
), said AS (
    SELECT s.domain, s.company_name, m.company FROM said_companies s JOIN company_nodes n USING (name) JOIN company_members m USING (node)
), by_domain AS (
    SELECT n.domain, min(m.company) AS company FROM company_nodes n JOIN company_members m USING (node)
    WHERE n.domain IS NOT NULL GROUP BY n.domain
    HAVING count(DISTINCT m.company) = 1 AND count(*) FILTER (starts_with(n.name, 'crm:')) <= 1
)
SELECT r.file_row_number AS node, coalesce(a.company, s.company, d.company) AS company
FROM records r
LEFT JOIN associated a ON a.source = r.source AND a.source_id = split_part(r.company_id, ';', 1)
LEFT JOIN said s ON s.company_name = r.company_name AND s.domain IS NOT DISTINCT FROM r.company_domain
LEFT JOIN by_domain d ON d.domain = r.company_domain
WHERE coalesce(a.company, s.company, d.company) IS NOT NULL
