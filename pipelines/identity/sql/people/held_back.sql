-- What a guard kept from joining: the key, two of its holders, and why. Of a key that many hold, each holder stands
-- beside the first.
WITH crowded AS (
    SELECT h.kind, h.key, h.node, u.names FROM firm_shared h JOIN firm_hubs u USING (kind, key)
    UNION ALL
    SELECT 'phone', h.key, h.node, u.names FROM phone_holders h JOIN phone_hubs u USING (key)
), role_holders AS (
    SELECT record_key AS name, unnest(role_emails) AS key FROM records
), pairs AS (
    SELECT kind, key, min(node) OVER (PARTITION BY kind, key) AS a, node AS b,
           names || ' different people hold it: a shared line, not a person' AS reason
    FROM crowded
    UNION ALL
    SELECT kind, key, min(node) OVER (PARTITION BY kind, key), node, 'people of one family hold it, with different first names'
    FROM firm_shared SEMI JOIN households USING (kind, key)
    UNION ALL
    SELECT kind, key, record, node, 'it was moved to a contact that is somebody else' FROM moved_keys
    UNION ALL
    SELECT 'phone', key, p.node_a, p.node_b,
           CASE WHEN d.a IS NOT NULL THEN 'it fits more than one person on it'
                WHEN p.names_fit THEN 'their e-mails differ, and their names do not say that they are one'
                ELSE 'the names on it differ' END
    FROM phone_pairs p LEFT JOIN disputed_pairs d USING (a, b) WHERE d.a IS NOT NULL OR NOT p.fit
    UNION ALL
    SELECT 'phone', j.key, j.node_a, j.node_b,
           CASE WHEN c.crowded THEN 'it would make several contacts of the CRM one'
                ELSE 'it would make one person of what does not fit' END
    FROM phone_joins j JOIN people p ON p.node = j.node_a JOIN people q ON q.node = j.node_b AND q.person <> p.person
    JOIN wide_components w ON w.node = j.a JOIN contradictions c ON c.level = 'wide' AND c.component = w.component
)
SELECT p.kind, p.key, x.name AS record_a, y.name AS record_b, p.reason
FROM pairs p JOIN nodes x ON x.node = p.a JOIN nodes y ON y.node = p.b WHERE p.a <> p.b
UNION ALL
SELECT 'email', key, min(name) OVER (PARTITION BY key), name, 'a shared mailbox, not a person' FROM role_holders
QUALIFY count(*) OVER (PARTITION BY key) > 1 AND name <> min(name) OVER (PARTITION BY key)
