-- The fields of each company that differ from what the sources say. Its name is compared only where it is new: what
-- the CRM calls a company, people chose.
WITH sides AS (
    SELECT g.company_id, m.crm_id, m.crm_id IS NULL AS is_new, g, c, w
    FROM golden_companies g LEFT JOIN company_targets m USING (company_id)
    LEFT JOIN current_companies c USING (crm_id) LEFT JOIN (FROM written_companies FULL JOIN found_companies USING (crm_id)) w USING (crm_id)
    WHERE (SELECT company_writes FROM setting) AND m.unseen IS NOT true
)
SELECT company_id AS person_id, crm_id, is_new, c.updated_at, unnest(list_filter([
    field_state('name', 'text', CASE WHEN is_new OR json_exists(w.sent, '$.name') THEN g.name END, false, c.name, w, g.name_from),
    field_state('website', 'text', g.website, false, c.website, w, g.website_from),
    field_state('industry', 'text', g.industry, false, c.industry, w, g.industry_from),
    field_state('size', 'text', g.size, false, c.size, w, g.size_from),
    field_state('annual_revenue', 'number', g.annual_revenue::VARCHAR, false, c.annual_revenue::VARCHAR, w, g.annual_revenue_from),
    field_state('email', 'email', g.email, false, c.email, w, g.email_from),
    field_state('phone', 'phone', g.phone, false, c.phone, w, g.phone_from),
    field_state('address.street', 'text', g.street, false, c.street, w, g.street_from),
    field_state('address.city', 'text', g.city, false, c.city, w, g.city_from),
    field_state('address.state', 'text', g.state, false, c.state, w, g.state_from),
    field_state('address.country', 'text', g.country, false, c.country, w, g.country_from),
    field_state('address.postal_code', 'text', g.postal_code, false, c.postal_code, w, g.postal_code_from),
    field_state('properties.crm_bridge_id', 'json', CASE WHEN is_new THEN to_json(company_id)::VARCHAR END, false, NULL, w, NULL)
], lambda state: differs(state) AND state.proposed IS NOT NULL), recursive := true)
FROM sides
