-- What a guard kept from joining companies: the key, two of its holders, and why.
WITH crowded AS (
    SELECT k.kind, k.key, k.node, h.names FROM company_keys k JOIN company_hubs h USING (kind, key)
    UNION ALL
    SELECT 'phone', p.key, p.node, h.names FROM (SELECT node, unnest(phones) AS key FROM company_nodes) p
    JOIN company_hubs h ON h.kind = 'phone' AND h.key = p.key
), pairs AS (
    SELECT kind, key, min(node) OVER (PARTITION BY kind, key) AS a, node AS b, names || ' different companies hold it' AS reason FROM crowded
    UNION ALL
    SELECT 'phone', key, p.node_a, p.node_b,
           CASE WHEN d.a IS NOT NULL THEN 'it fits more than one company on it'
                WHEN p.names_fit THEN 'their domains differ' ELSE 'the names on it differ' END
    FROM company_phone_pairs p LEFT JOIN disputed_pairs d USING (a, b) WHERE p.unit_a <> p.unit_b AND (d.a IS NOT NULL OR NOT p.fit)
    UNION ALL
    SELECT j.kind, j.key, j.node_a, j.node_b, 'it would make one company of what does not fit'
    FROM (SELECT 'phone' AS kind, key, node_a, node_b FROM company_phone_edges
          UNION ALL SELECT 'name', key, node_a, node_b FROM company_name_edges WHERE node_a <> node_b) j
    JOIN company_members x ON x.node = j.node_a JOIN company_members y ON y.node = j.node_b AND y.company <> x.company
)
SELECT p.kind, p.key, x.name AS record_a, y.name AS record_b, p.reason
FROM pairs p JOIN company_nodes x ON x.node = p.a JOIN company_nodes y ON y.node = p.b WHERE p.a <> p.b
