-- The three sides of each contact of which something may want a row: what the sources say (g, and the chosen keys), what
-- stands there (c), what we last wrote, and found there (w).
SELECT t.person_id, t.crm_id, t.is_new, g, c, w, e.key AS email, e.record_key AS email_from,
       CASE WHEN p.key = c.phone_e164 THEN c.phone ELSE p.key END AS phone, p.record_key AS phone_from,
       coalesce(m.crm_id, CASE WHEN starts_with(g.company, 'crm:') THEN substr(g.company, 5)
                             WHEN n.entity_id IS NOT NULL THEN 'new:' || g.company END) AS company,
       c.{column} AS stands_{name},
       nullif(json_extract(c.properties, '$."{property_key}"')::VARCHAR, 'null') AS stands_{name},
FROM contact_stirred t JOIN golden g ON g.person_id = t.person_id
LEFT JOIN (FROM current_contacts SEMI JOIN contact_stirred USING (crm_id)) c ON c.crm_id = t.crm_id
LEFT JOIN (FROM (FROM written_contacts SEMI JOIN contact_stirred USING (crm_id)) FULL JOIN (FROM found_contacts SEMI JOIN contact_stirred USING (crm_id)) USING (crm_id)) w
  ON w.crm_id = t.crm_id
LEFT JOIN key_choices e ON e.person_id = t.person_id AND e.kind = 'email'
LEFT JOIN key_choices p ON p.person_id = t.person_id AND p.kind = 'phone'
LEFT JOIN company_targets m ON m.company_id = g.company
LEFT JOIN new_companies n ON n.entity_id = g.company
