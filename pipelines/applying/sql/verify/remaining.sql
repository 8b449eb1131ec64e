-- What a second plan would write, beside what this run has set aside and lists: refused, now or before, unknown, or changed
-- meanwhile, an e-mail or phone that stands on another contact, and the link to a company that was set aside. The entry that
-- tells of a write is no more than it.
WITH apart AS (
    SELECT entity_id FROM applied WHERE state <> 'DONE' UNION ALL SELECT entity_id FROM skipped
)
SELECT p.* FROM plan p
WHERE p.decision = 'write' AND (p.object <> 'activities' OR p.field = 'owed')
  AND p.entity_id NOT IN (SELECT entity_id FROM apart)
  AND NOT (p.field IS NOT DISTINCT FROM 'company' AND coalesce(p.proposed, '') IN (SELECT 'new:' || entity_id FROM apart))
  AND NOT EXISTS (FROM collisions c WHERE p.object = 'contacts' AND c.entity_id = p.entity_id AND c.field = p.field)
