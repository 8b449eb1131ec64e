-- What the records of people with several say, and the place of each for each field, by the field's rule.
SELECT s.person, s.node, s.place, s.outdated, r.record_key, r.emails, r.phones, r.first_name, r.last_name, r.cleared, e.entity_id AS company,
       r.{name},
       place_by(v.first_name, v.first_name_sources, s.source_order, s.place, a.place, f.place) AS first_name_place,
       place_by(v.{name}, v.{name}_sources, s.source_order, s.place, a.place, f.place) AS {name}_place,
       place_by(v.company, v.company_sources, s.source_order, s.place, a.place, f.place) AS company_place,
       place_by(v.email, v.email_sources, s.source_order, s.place, a.place, f.place) AS email_place,
       place_by(v.phone, v.phone_sources, s.source_order, s.place, a.place, f.place) AS phone_place
FROM (FROM by_source WHERE NOT alone) s
JOIN records r ON r.file_row_number = s.node
LEFT JOIN contact_companies w USING (node) LEFT JOIN company_entities e USING (company) LEFT JOIN by_age a USING (node) LEFT JOIN by_fullness f USING (node)
CROSS JOIN survivorship v
