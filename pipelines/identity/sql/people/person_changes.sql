-- What became of people that were known: `merged`, all their records are somebody else by now; `split`, some of them
-- are. With the records that moved, those that were merged into another record among them.
WITH moved AS (
    SELECT k.entity_id AS person_id, c.person_id AS other_id, c.record_key
    FROM known_contacts k JOIN clusters c USING (record_key) WHERE c.person_id <> k.entity_id
    UNION ALL
    SELECT k.entity_id, g.person_id, g.record_key
    FROM known_contacts k JOIN gone_people g USING (record_key) WHERE g.how = 'successor' AND g.person_id <> k.entity_id
)
SELECT m.person_id, CASE WHEN i.person_id IS NULL THEN 'merged' ELSE 'split' END AS change, m.other_id,
       count(*) AS records, min(m.record_key) AS record_key
FROM moved m LEFT JOIN (SELECT DISTINCT person_id FROM person_ids) i USING (person_id)
GROUP BY ALL
