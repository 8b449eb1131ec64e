-- Which e-mail and which phone each person may have in the CRM, where both are unique: not one that stands on another
-- contact, and where several people claim one, the least person id has it.
WITH standing AS (
    SELECT crm_id, 'email' AS kind, comparable('email', email) AS held FROM current_contacts WHERE email IS NOT NULL
    UNION ALL
    SELECT crm_id, 'phone', comparable('phone', phone) FROM current_contacts WHERE phone IS NOT NULL
    UNION
    SELECT crm_id, 'phone', comparable('phone', phone_e164) FROM current_contacts WHERE phone_e164 IS NOT NULL
), claims AS (
    SELECT k.person_id, k.kind, k.key, k.ord, k.record_key, t.crm_id, s.crm_id AS holder
    FROM golden_keys k JOIN contact_targets t ON t.person_id = k.person_id AND t.op IN ('create', 'update')
    LEFT JOIN (SELECT kind, held, min(crm_id) AS crm_id FROM standing GROUP BY kind, held) s
      ON s.kind = k.kind AND s.held = comparable(k.kind, k.key)
)
SELECT person_id, kind, key, ord, record_key, holder,
       CASE WHEN holder IS NOT NULL AND holder IS DISTINCT FROM crm_id THEN 'another contact of the CRM has it'
            WHEN holder IS NULL AND person_id <> min(person_id) OVER (PARTITION BY kind, key) THEN 'another person claims it too'
            END AS refused
FROM claims
