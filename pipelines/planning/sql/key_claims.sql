-- Which e-mail and which phone each person may have in the CRM, where both are unique: not one that stands on another
-- contact, and where several people claim one, the least person id has it.
WITH standing AS (
    SELECT crm_id, 'email' AS kind, lower(trim(email)) AS held FROM current_contacts WHERE email IS NOT NULL
    UNION ALL
    SELECT crm_id, 'phone', regexp_replace(coalesce(phone_e164, phone), '[^0-9]', '', 'g') FROM current_contacts WHERE phone IS NOT NULL
    UNION ALL
    -- A national number stands there in its own digits, too.
    SELECT crm_id, 'phone', regexp_replace(phone, '[^0-9]', '', 'g') FROM current_contacts
    WHERE phone IS DISTINCT FROM phone_e164 AND phone_e164 IS NOT NULL AND NOT starts_with(phone, '+')
), holders AS (
    SELECT kind, held, min(crm_id) AS crm_id FROM standing GROUP BY kind, held
), rivals AS (
    SELECT k.kind, k.key, min(k.person_id) AS person_id
    FROM golden_keys k JOIN contact_targets t ON t.person_id = k.person_id AND t.op IN ('create', 'update')
    GROUP BY k.kind, k.key HAVING count(*) > 1
)
SELECT k.person_id, k.kind, k.key, k.ord, k.record_key, s.crm_id AS holder,
       CASE WHEN s.crm_id IS NOT NULL AND s.crm_id IS DISTINCT FROM t.crm_id THEN 'another contact of the CRM has it'
            WHEN s.crm_id IS NULL AND k.person_id <> r.person_id THEN 'another person claims it too'
            END AS refused
FROM golden_keys k JOIN contact_targets t ON t.person_id = k.person_id AND t.op IN ('create', 'update')
LEFT JOIN holders s ON s.kind = k.kind AND s.held = CASE k.kind WHEN 'email' THEN k.key ELSE regexp_replace(k.key, '[^0-9]', '', 'g') END
LEFT JOIN rivals r ON r.kind = k.kind AND r.key = k.key
