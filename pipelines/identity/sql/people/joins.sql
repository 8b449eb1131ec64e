-- What joined: for each key that did, its holders beside one of them. A chain of these rows leads from any record of a
-- person to any other. `how` is the rule.
WITH joined AS (
    SELECT a, b, kind, key, CASE kind WHEN 'email' THEN 'the same e-mail' WHEN 'link' THEN 'known as one person before' ELSE 'the same ' || kind END AS how
    FROM firm_joins
    UNION ALL
    SELECT a, b, kind, key, 'known as one person before' FROM link_joins
    UNION ALL
    SELECT node_a, node_b, 'phone', key, CASE WHEN agree THEN 'the same phone and name' ELSE 'the same phone, and names that fit' END
    FROM (SELECT node_a, node_b, key, agree FROM phone_joins UNION ALL FROM linked_phones)
)
SELECT x.name AS record_a, y.name AS record_b, j.kind, j.key, j.how
FROM joined j JOIN people p ON p.node = j.a JOIN people q ON q.node = j.b AND q.person = p.person
JOIN nodes x ON x.node = j.a JOIN nodes y ON y.node = j.b
