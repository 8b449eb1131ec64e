-- The company of each contact record: by the source's own association (with a record of the same layout first; one that was
-- merged is the one that it was merged into), else by what the record says of it, else by the domain it works under.
WITH ids AS (
    SELECT source, layout, source_id, record_key AS name FROM company_records WHERE source_id IS NOT NULL
    UNION ALL
    SELECT source, split_part(split_part(record_key, ':', 1), '/', 3), source_id, merged_into FROM gone_records WHERE object = 'companies' AND merged_into IS NOT NULL
), known AS (
    SELECT i.source, i.layout, i.source_id, m.company FROM ids i JOIN company_nodes n USING (name) JOIN company_members m USING (node)
), same_layout AS (
    SELECT source, layout, source_id, min(company) AS company FROM known GROUP BY ALL HAVING count(DISTINCT company) = 1
), associated AS (
    SELECT source, source_id, min(company) AS company FROM known GROUP BY ALL HAVING count(DISTINCT company) = 1
), said AS (
    SELECT s.domain, s.company_name, m.company FROM said_companies s JOIN company_nodes n USING (name) JOIN company_members m USING (node)
), by_domain AS (
    SELECT n.domain, min(m.company) AS company FROM company_nodes n JOIN company_members m USING (node)
    WHERE n.domain IS NOT NULL GROUP BY n.domain
    HAVING count(DISTINCT m.company) = 1 AND count(*) FILTER (starts_with(n.name, 'crm:')) <= 1
)
SELECT r.file_row_number AS node, coalesce(l.company, a.company, s.company, d.company) AS company
FROM records r
LEFT JOIN same_layout l ON l.source = r.source AND l.layout = r.layout AND l.source_id = split_part(r.company_id, ';', 1)
LEFT JOIN associated a ON a.source = r.source AND a.source_id = split_part(r.company_id, ';', 1)
LEFT JOIN said s ON s.company_name = r.company_name AND s.domain IS NOT DISTINCT FROM r.company_domain
LEFT JOIN by_domain d ON d.domain = r.company_domain
WHERE coalesce(l.company, a.company, s.company, d.company) IS NOT NULL
