-- Keys on CRM contacts that lead astray: the contact is known as somebody of whom there are records, and the key is another
-- person's, whose name is not the contact's. A human moved it there (merging two contacts, say). Such a key joins nobody:
-- a link outlives its keys, and a contact does not become somebody else by an e-mail alone.
WITH contacts AS (
    SELECT m.node, m.entity_id, n.first_fold, n.last_fold FROM memberships m JOIN nodes n USING (node) WHERE starts_with(n.name, 'crm:')
), suspected AS (
    -- A contact and a record on one key, and the contact is known as somebody whom the record is not.
    SELECT c.node, c.entity_id, c.first_fold, c.last_fold, s.kind, s.key, r.node AS record, r.first_fold AS other_first, r.last_fold AS other_last
    FROM contacts c JOIN firm_shared s USING (node) JOIN firm_shared r ON r.kind = s.kind AND r.key = s.key AND r.node <> s.node
    JOIN nodes n ON n.node = r.node AND NOT starts_with(n.name, 'crm:')
    WHERE NOT EXISTS (SELECT 1 FROM memberships o WHERE o.node = r.node AND o.entity_id = c.entity_id)
), strange AS (
    SELECT s.node, s.entity_id, s.first_fold, s.last_fold, s.kind, s.key, min(s.record) AS record FROM suspected s
    LEFT JOIN nickname_pairs k ON k.a = split_part(s.first_fold, ' ', 1) AND k.b = split_part(s.other_first, ' ', 1)
    GROUP BY ALL HAVING NOT bool_or(names_fit(s.first_fold, s.last_fold, s.other_first, s.other_last, k.a IS NOT NULL))
)
SELECT s.node, s.kind, s.key, min(s.record) AS record
FROM strange s JOIN memberships m ON m.entity_id = s.entity_id JOIN nodes o ON o.node = m.node AND NOT starts_with(o.name, 'crm:')
GROUP BY s.node, s.kind, s.key
