-- Values of ours that still stand and that no evidence supports: neither a record nor an earlier version of one says them
-- (the mapping was corrected, or the person was split). What stood there before us is what they go back to. A name
-- never goes back to nothing: the CRM wants one.
SELECT s.person_id, s.crm_id, s.field, s.kind, s.base, s."current", s.before AS proposed, opt_out_retract(is_opt_out(s.field), coalesce(r.retract, 'review')) AS retract
FROM contact_states s
LEFT JOIN current_contacts c ON c.crm_id = s.crm_id
LEFT JOIN retracting r ON r.field = split_part(s.field, '.', 1)
WHERE s.proposed IS NULL AND NOT s.clears AND NOT (s.field IN ('first_name', 'last_name') AND s.before IS NULL)
  AND NOT EXISTS (SELECT 1 FROM said_values v WHERE v.person_id = s.person_id AND v.field = s.field
                  AND (v.value IN (comparable(s.kind, s."current"), 'any') OR (s.field = 'phone' AND v.value = comparable('phone', c.phone_e164))))
