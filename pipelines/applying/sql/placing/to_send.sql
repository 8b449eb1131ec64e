-- The plan's rows that are to be written, but those that were overtaken while the plan waited; by their numbers.
SELECT p.number, p.object, op, p.entity_id, p.crm_id, field, proposed, base, "current", change, ours
FROM plan p ANTI JOIN overtaken o
ON o.entity_id = p.entity_id AND o.object = CASE p.object WHEN 'activities' THEN 'contacts' ELSE p.object END
WHERE decision = 'write'
