-- The fields of each contact that differ from what the sources say. Compared wide; only what differs becomes a row.
WITH sides AS (
    SELECT t.person_id, t.crm_id, t.op = 'create' AS is_new, g, c, w, e.key AS email, e.record_key AS email_from,
           p.key AS phone, p.record_key AS phone_from, f.emails AS other_emails, f.phones AS other_phones,
           coalesce(m.crm_id, CASE WHEN starts_with(g.company, 'crm:') THEN substr(g.company, 5)
                                 WHEN g.company IN (SELECT entity_id FROM new_companies) THEN 'new:' || g.company END) AS company
    FROM contact_targets t JOIN golden g USING (person_id)
    LEFT JOIN current_contacts c USING (crm_id)
    LEFT JOIN written_contacts w USING (crm_id)
    LEFT JOIN key_choices e ON e.person_id = t.person_id AND e.kind = 'email'
    LEFT JOIN key_choices p ON p.person_id = t.person_id AND p.kind = 'phone'
    LEFT JOIN further_keys f ON f.person_id = t.person_id
    LEFT JOIN company_matches m ON m.company_id = g.company
    WHERE t.op IN ('create', 'update')
)
SELECT person_id, crm_id, is_new, unnest(list_filter([
    field_state('first_name', 'text', coalesce(g.first_name, CASE WHEN is_new THEN (SELECT name_placeholder FROM setting) END), c.first_name, w, g.first_name_from),
    field_state('last_name', 'text', coalesce(g.last_name, CASE WHEN is_new THEN (SELECT name_placeholder FROM setting) END), c.last_name, w, g.last_name_from),
    field_state('email', 'email', email, c.email, w, email_from),
    field_state('phone', 'phone', CASE WHEN phone IS DISTINCT FROM c.phone_e164 THEN phone END, c.phone, w, phone_from),
    field_state('title', 'text', g.title, c.title, w, g.title_from),
    field_state('department', 'text', g.department, c.department, w, g.department_from),
    field_state('company', 'text', company, c.company_id, w, g.company_from),
    field_state('locale', 'text', g.locale, c.locale, w, g.locale_from),
    field_state('properties.other_emails', 'json', other_emails, json_extract(c.properties, '$.other_emails')::VARCHAR, w, email_from),
    field_state('properties.other_phones', 'json', other_phones, json_extract(c.properties, '$.other_phones')::VARCHAR, w, phone_from),
    field_state('properties.linkedin_url', 'json', to_json(g.linkedin_url)::VARCHAR, json_extract(c.properties, '$.linkedin_url')::VARCHAR, w, g.linkedin_url_from),
    field_state('properties.crm_bridge_id', 'json', CASE WHEN is_new THEN to_json(person_id)::VARCHAR END, NULL, w, NULL)
], lambda state: differs(state)), recursive := true)
FROM sides
