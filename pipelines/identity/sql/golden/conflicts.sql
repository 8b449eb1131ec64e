-- What else the records of a person say, beside the value that won: nothing that was said is lost.
WITH rivals AS (
    SELECT v.person, 'first_name' AS field, v.first_name AS value, w.first_name AS winner, v.record_key FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.first_name WHERE lower(trim(v.first_name)) <> lower(trim(w.first_name))
    UNION ALL
    SELECT v.person, 'last_name' AS field, v.last_name AS value, w.last_name AS winner, v.record_key FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.last_name WHERE lower(trim(v.last_name)) <> lower(trim(w.last_name))
    UNION ALL
    SELECT v.person, '{name}' AS field, v.{name} AS value, w.{name} AS winner, v.record_key FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.{name} WHERE lower(trim(v.{name})) <> lower(trim(w.{name})) UNION ALL
    SELECT v.person, 'company' AS field, v.company AS value, w.company AS winner, v.record_key FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.company WHERE lower(trim(v.company)) <> lower(trim(w.company))
)
SELECT i.person_id, r.field, r.value, r.winner, r.record_key FROM rivals r JOIN person_ids i USING (person)
