-- What a run left alone, or set out to send and did not, or does not know of: whom it is about, and why.
WITH apart AS (
    SELECT object, kind, entity_id, crm_id,
           CASE state WHEN 'REJECTED' THEN 'refused' WHEN 'UNKNOWN' THEN 'cannot be told' WHEN 'SENT' THEN 'cut off' ELSE 'not written' END AS state,
           coalesce(reason, 'the write that it reports was not made') AS reason
    FROM applied WHERE state <> 'DONE'
    UNION ALL SELECT object, kind, entity_id, crm_id, 'left alone', reason FROM skipped WHERE reason <> (SELECT done_before FROM words)
)
SELECT coalesce(nullif(concat_ws(' ', g.first_name, g.last_name), ''), c.name, a.entity_id) AS who, a.object, a.kind, a.crm_id, a.state, a.reason
FROM apart a LEFT JOIN golden g ON g.person_id = a.entity_id LEFT JOIN golden_companies c ON c.company_id = a.entity_id
ORDER BY ALL
