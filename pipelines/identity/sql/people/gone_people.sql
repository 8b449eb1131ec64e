-- Whose each contact record that is gone was: the person of the record that it leads to; else who it is known as, or whoever
-- is by now; else whose e-mail it held. Nobody's keys or values come from it, but what it said of consent stays said.
-- `how` is how that is known; where nothing else is left of the person, `known` alone names them.
WITH gone AS (
    SELECT record_key, merged_into, emails FROM gone_records WHERE object = 'contacts'
), led AS (
    SELECT h.record_key, i.person_id FROM heirs h JOIN people p USING (node) JOIN person_ids i USING (person)
), known AS (
    SELECT g.record_key, k.entity_id FROM gone g JOIN known_contacts k USING (record_key)
    UNION SELECT g.record_key, k.entity_id FROM gone g JOIN known_contacts k ON k.record_key = g.merged_into
), linked AS (
    SELECT DISTINCT k.record_key, i.person_id
    FROM known k ANTI JOIN led USING (record_key) JOIN links l USING (entity_id) JOIN people p USING (node) JOIN person_ids i USING (person)
), mailed AS (
    SELECT DISTINCT g.record_key, i.person_id
    FROM (SELECT record_key, joining_key('email', unnest(emails)) AS key FROM gone) g
    ANTI JOIN led USING (record_key) ANTI JOIN linked USING (record_key)
    JOIN firm_keys f ON f.kind = 'email' AND f.key = g.key ANTI JOIN firm_hubs h ON h.kind = 'email' AND h.key = g.key
    JOIN people p ON p.node = f.node JOIN person_ids i USING (person)
), found AS (
    SELECT *, 'successor' AS how FROM led UNION ALL SELECT *, 'link' FROM linked UNION ALL SELECT *, 'e-mail' FROM mailed
)
SELECT record_key, person_id, how FROM found
UNION ALL
SELECT record_key, min(entity_id), 'known' FROM known ANTI JOIN found USING (record_key) GROUP BY record_key
