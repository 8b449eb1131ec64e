-- The fields of each contact that need to be looked at.
SELECT person_id, crm_id, is_new, c.updated_at, unnest(list_filter([
    field_state('first_name', 'text', coalesce(g.first_name, CASE WHEN is_new THEN (SELECT name_placeholder FROM setting) END), list_contains(g.cleared, 'first_name'), c.first_name, w, g.first_name_from),
    field_state('last_name', 'text', coalesce(g.last_name, CASE WHEN is_new THEN (SELECT name_placeholder FROM setting) END), list_contains(g.cleared, 'last_name'), c.last_name, w, g.last_name_from),
    field_state('email', 'email', email, list_contains(g.cleared, 'emails') AND len(g.emails) = 0, c.email, w, email_from),
    field_state('phone', 'phone', phone, list_contains(g.cleared, 'phones') AND len(g.phones) = 0, c.phone, w, phone_from),
    field_state('{crm}', '{equality}', as_kept('{equality}', g.{name}), list_contains(g.cleared, '{name}'), stands_{name}, w, g.{evidence}),
    field_state('company', 'text', company, list_contains(g.cleared, 'company_name'), c.company_id, w, g.company_from),
    field_state('properties.crm_bridge_id', 'json', CASE WHEN is_new AND (SELECT mark FROM setting) THEN to_json(person_id)::VARCHAR END, false, NULL, w, NULL)
], lambda state: differs(state)), recursive := true)
FROM contact_sides
