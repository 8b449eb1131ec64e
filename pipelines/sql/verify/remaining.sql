-- What a second plan would write, beside what this run has set aside and lists: refused, unknown, or changed meanwhile.
SELECT p.* FROM plan p
WHERE p.decision = 'write' AND p.entity_id NOT IN (SELECT entity_id FROM applied WHERE state <> 'DONE')
