-- What joined companies: for each key that did, its holders beside one of them.
WITH joined AS (
    SELECT a, b, kind, key FROM company_firm_edges WHERE a <> b
    UNION ALL
    SELECT node_a, node_b, 'phone', key FROM company_phone_edges
    UNION ALL
    SELECT node_a, node_b, 'name', key FROM company_name_edges WHERE node_a <> node_b
)
SELECT x.name AS record_a, y.name AS record_b, j.kind, j.key,
       CASE j.kind WHEN 'link' THEN 'known as one company before' WHEN 'phone' THEN 'the same phone, and names that fit'
                   ELSE 'the same ' || j.kind END AS how
FROM joined j JOIN company_members p ON p.node = j.a JOIN company_members q ON q.node = j.b AND q.company = p.company
JOIN company_nodes x ON x.node = j.a JOIN company_nodes y ON y.node = j.b
