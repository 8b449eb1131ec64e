-- The further e-mails and phones of each contact, element by element, as far as they want a row: `adds` are the person's and
-- stand nowhere yet; `drops` are of ours, stand there, and are nobody's key any more. What a human took away, ours or
-- not, stays away (unless the sources win), what a human put there stays.
WITH kinds AS (
    FROM (VALUES ('email', 'other_emails'), ('phone', 'other_phones')) k (kind, field)
), wanted AS (
    SELECT person_id, 'email' AS kind, emails AS wanted, email_from AS record_key FROM further_keys WHERE len(emails) > 0
    UNION ALL SELECT person_id, 'phone', phones, phone_from FROM further_keys WHERE len(phones) > 0
), written AS (
    SELECT crm_id, kind, elements(json_extract(sent, '$."properties.' || field || '"')) AS ours
    FROM (FROM written_contacts WHERE contains(sent, '"properties.other_')) CROSS JOIN kinds WHERE contains(sent, field)
), concerned AS (
    SELECT t.person_id, t.crm_id, t.op = 'create' AS is_new, x.kind
    FROM contact_targets t JOIN (SELECT person_id, kind FROM wanted) x ON x.person_id = t.person_id WHERE t.op IN ('create', 'update')
    UNION
    SELECT t.person_id, t.crm_id, false, w.kind FROM contact_targets t JOIN written w ON w.crm_id = t.crm_id WHERE t.op = 'update'
), given AS (
    SELECT t.*, k.field, coalesce(x.wanted, []) AS wanted, x.record_key, coalesce(w.ours, []) AS ours,
           CASE WHEN contains(s.found, k.field) THEN elements(json_extract(s.found, '$."properties.' || k.field || '"')) ELSE [] END AS found,
           CASE WHEN contains(c.properties, k.field) THEN elements(json_extract(c.properties, '$.' || k.field)) ELSE [] END AS standing
    FROM concerned t JOIN kinds k ON k.kind = t.kind
    LEFT JOIN wanted x ON x.person_id = t.person_id AND x.kind = t.kind
    LEFT JOIN written w ON w.crm_id = t.crm_id AND w.kind = t.kind
    LEFT JOIN (FROM found_contacts WHERE contains(found, '"properties.other_')) s ON s.crm_id = t.crm_id
    LEFT JOIN (SELECT crm_id, properties FROM current_contacts WHERE contains(properties, '"other_')) c ON c.crm_id = t.crm_id
), formed AS (
    SELECT *, coalesce((SELECT policy FROM policies WHERE policies.field = 'properties'), 'crm_wins') AS policy,
           list_transform(standing, lambda one: comparable(kind, one)) AS there,
           list_transform(ours, lambda one: comparable(kind, one)) AS written,
           list_transform(wanted, lambda one: comparable(kind, one)) AS said
    FROM given
), compared AS (
    SELECT *,
           list_filter(wanted, lambda one: NOT list_contains(there, comparable(kind, one))
                       AND (policy = 'source_wins' OR NOT list_contains(written, comparable(kind, one)) AND NOT list_contains(found, comparable(kind, one)))) AS adds,
           list_filter(standing, lambda one: list_contains(written, comparable(kind, one)) AND NOT list_contains(said, comparable(kind, one))) AS drops
    FROM formed
)
SELECT person_id, crm_id, is_new, kind, field, policy, standing, ours, found, adds, drops, record_key
FROM compared WHERE len(adds) + len(drops) > 0
