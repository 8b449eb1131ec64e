-- What the records of people with several say, and the place of each for each field, by the field's rule.
SELECT s.person, s.node, s.place, s.outdated, r.record_key, r.emails, r.phones, r.first_name, r.last_name, r.title, r.department, r.locale, r.linkedin_url, r.cleared, e.entity_id AS company,
       place_by(v.first_name, v.first_name_sources, s.source_order, s.place, a.place, f.place) AS first_name_place,
       place_by(v.title, v.title_sources, s.source_order, s.place, a.place, f.place) AS title_place,
       place_by(v.department, v.department_sources, s.source_order, s.place, a.place, f.place) AS department_place,
       place_by(v.company, v.company_sources, s.source_order, s.place, a.place, f.place) AS company_place,
       place_by(v.email, v.email_sources, s.source_order, s.place, a.place, f.place) AS email_place,
       place_by(v.phone, v.phone_sources, s.source_order, s.place, a.place, f.place) AS phone_place
FROM (FROM by_source WHERE NOT alone) s
JOIN records r ON r.file_row_number = s.node
LEFT JOIN contact_companies w USING (node) LEFT JOIN company_entities e USING (company) LEFT JOIN by_age a USING (node) LEFT JOIN by_fullness f USING (node)
CROSS JOIN survivorship v
