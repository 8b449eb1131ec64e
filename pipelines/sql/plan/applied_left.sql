-- What a run set out to send and did not, or does not know of.
SELECT object, kind, crm_id, state, reason FROM applied WHERE state <> 'DONE' ORDER BY state, reason, object, op_key
