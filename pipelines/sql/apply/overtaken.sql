-- What of a plan was overtaken while it waited in a file, and by what: all that was decided on has to be as it was, so the
-- contact or company is left alone as a whole.
WITH wanted AS (
    SELECT DISTINCT object, op, entity_id, crm_id FROM plan WHERE decision = 'write' AND object IN ('contacts', 'companies')
), told AS (
    SELECT w.*, CASE WHEN EXISTS (FROM moved m WHERE m.object = w.object AND m.entity_id = w.entity_id)
                         THEN 'one of its records was found to be another''s since the plan was made'
                     WHEN EXISTS (FROM touched_since t WHERE t.object = w.object AND t.state <> 'UNKNOWN' AND (t.crm_id = w.crm_id OR t.entity_id = w.entity_id))
                         THEN 'written by another run since the plan was made'
                     WHEN EXISTS (FROM touched_since t WHERE t.object = w.object AND (t.crm_id = w.crm_id OR t.entity_id = w.entity_id))
                         THEN 'what another run sent since the plan was made cannot be told'
                     WHEN w.op = 'create' AND EXISTS (FROM linked_now l WHERE l.object = w.object AND l.entity_id = w.entity_id)
                         THEN 'found in the CRM by another run since the plan was made' END AS reason
    FROM wanted w
)
SELECT object, op AS kind, entity_id, crm_id, reason FROM told WHERE reason IS NOT NULL
