-- What of a plan was overtaken while it waited in a file, and by what: all that was decided on has to be as it was, so the
-- contact or company is left alone as a whole.
WITH wanted AS (
    SELECT DISTINCT object, op, entity_id, crm_id FROM plan WHERE decision = 'write' AND object IN ('contacts', 'companies')
-- By the person and by the contact apart: a condition with OR would compare each with each.
), touched AS (
    SELECT w.*, t.state, t.run FROM wanted w JOIN touched_since t ON t.object = w.object AND t.entity_id = w.entity_id
    UNION ALL SELECT w.*, t.state, t.run FROM wanted w JOIN touched_since t ON t.object = w.object AND t.crm_id = w.crm_id
), reasons AS (
    SELECT w.*, 1 AS rank, 'one of its records was found to be another''s since the plan was made' AS reason FROM wanted w SEMI JOIN moved USING (object, entity_id)
    UNION ALL SELECT * EXCLUDE (state, run), 2, 'written by another run since the plan was made' FROM (FROM touched ANTI JOIN applied_before USING (run)) WHERE state <> 'UNKNOWN'
    UNION ALL SELECT * EXCLUDE (state, run), 3, 'what was sent since the plan was made cannot be told' FROM touched WHERE state = 'UNKNOWN'
    UNION ALL SELECT w.*, 4, 'found in the CRM since the plan was made' FROM wanted w SEMI JOIN linked_now USING (object, entity_id) WHERE w.op = 'create' AND NOT EXISTS (FROM touched t WHERE t.object = w.object AND t.entity_id = w.entity_id)
    UNION ALL SELECT * EXCLUDE (state, run), 5, (SELECT done_before FROM words) FROM (FROM touched SEMI JOIN applied_before USING (run)) WHERE state <> 'UNKNOWN'
)
SELECT object, op AS kind, entity_id, crm_id, arg_min(reason, rank) AS reason FROM reasons GROUP BY ALL
