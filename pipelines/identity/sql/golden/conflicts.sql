-- What else the records of a person say, beside the value that won, and why it gave way: nothing that was said is lost.
WITH rivals AS (
    SELECT v.person, 'first_name' AS field, v.first_name AS value, w.first_name AS winner, v.record_key, v.node AS lost, w.node AS won, s.first_name AS rule, s.first_name_sources AS sources FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.first_name CROSS JOIN survivorship s WHERE lower(trim(v.first_name)) <> lower(trim(w.first_name))
    UNION ALL
    SELECT v.person, 'last_name' AS field, v.last_name AS value, w.last_name AS winner, v.record_key, v.node, w.node, s.first_name, s.first_name_sources FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.last_name CROSS JOIN survivorship s WHERE lower(trim(v.last_name)) <> lower(trim(w.last_name))
    UNION ALL
    SELECT v.person, '{name}' AS field, v.{name} AS value, w.{name} AS winner, v.record_key, v.node, w.node, s.{name}, s.{name}_sources FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.{name} CROSS JOIN survivorship s WHERE lower(trim(v.{name})) <> lower(trim(w.{name})) UNION ALL
    SELECT v.person, 'company' AS field, v.company AS value, w.company AS winner, v.record_key, v.node, w.node, s.company, s.company_sources FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.company CROSS JOIN survivorship s WHERE lower(trim(v.company)) <> lower(trim(w.company))
), told AS (
    SELECT file_row_number AS node, source_order, superseded, modified_at, date_trunc('day', dated) AS day, fullness(first_name, last_name, title, company_name, emails, phones) AS says,
           first_name IS NOT NULL AND last_name IS NOT NULL AS whole
    FROM records WHERE file_row_number IN (SELECT lost FROM rivals UNION SELECT won FROM rivals)
)
SELECT i.person_id, r.field, r.value, r.winner, r.record_key, gave_way(r.field IN ('first_name', 'last_name'), r.rule, r.sources, l, w) AS rule
FROM rivals r JOIN person_ids i USING (person) JOIN told l ON l.node = r.lost JOIN told w ON w.node = r.won
