-- What else the records of a person say, beside the value that won: nothing that was said is lost.
WITH rivals AS (
    SELECT v.person, 'first_name' AS field, v.first_name AS value, w.first_name AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.first_name WHERE lower(trim(v.first_name)) <> lower(trim(w.first_name))
    UNION ALL
    SELECT v.person, 'last_name' AS field, v.last_name AS value, w.last_name AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.last_name WHERE lower(trim(v.last_name)) <> lower(trim(w.last_name))
    UNION ALL
    SELECT v.person, 'title' AS field, v.title AS value, w.title AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.title WHERE lower(trim(v.title)) <> lower(trim(w.title))
    UNION ALL
    SELECT v.person, 'department' AS field, v.department AS value, w.department AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.department WHERE lower(trim(v.department)) <> lower(trim(w.department))
    UNION ALL
    SELECT v.person, 'locale' AS field, v.locale AS value, w.locale AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.locale WHERE lower(trim(v.locale)) <> lower(trim(w.locale))
    UNION ALL
    SELECT v.person, 'linkedin_url' AS field, v.linkedin_url AS value, w.linkedin_url AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.linkedin_url WHERE lower(trim(v.linkedin_url)) <> lower(trim(w.linkedin_url))
    UNION ALL
    SELECT v.person, 'company' AS field, v.company AS value, w.company AS winner, v.record_key
    FROM votes v JOIN picks p USING (person) JOIN votes w ON w.node = p.company WHERE lower(trim(v.company)) <> lower(trim(w.company))
)
SELECT i.person_id, r.field, r.value, r.winner, r.record_key FROM rivals r JOIN person_ids i USING (person)
