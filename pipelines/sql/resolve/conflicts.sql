-- What else the records of a person say, beside the value that won: nothing that was said is lost.
WITH rivals AS (
    SELECT person, node, record_key, 'first_name' AS field, first_name AS value FROM votes WHERE first_name IS NOT NULL
    UNION ALL SELECT person, node, record_key, 'last_name', last_name FROM votes WHERE last_name IS NOT NULL
    UNION ALL SELECT person, node, record_key, 'title', title FROM votes WHERE title IS NOT NULL
    UNION ALL SELECT person, node, record_key, 'department', department FROM votes WHERE department IS NOT NULL
    UNION ALL SELECT person, node, record_key, 'locale', locale FROM votes WHERE locale IS NOT NULL
    UNION ALL SELECT person, node, record_key, 'linkedin_url', linkedin_url FROM votes WHERE linkedin_url IS NOT NULL
    UNION ALL SELECT person, node, record_key, 'company', company FROM votes WHERE company IS NOT NULL
), winners AS (
    SELECT p.person, 'first_name' AS field, v.first_name AS value FROM picks p JOIN votes v ON v.node = p.first_name
    UNION ALL SELECT p.person, 'last_name', v.last_name FROM picks p JOIN votes v ON v.node = p.last_name
    UNION ALL SELECT p.person, 'title', v.title FROM picks p JOIN votes v ON v.node = p.title
    UNION ALL SELECT p.person, 'department', v.department FROM picks p JOIN votes v ON v.node = p.department
    UNION ALL SELECT p.person, 'locale', v.locale FROM picks p JOIN votes v ON v.node = p.locale
    UNION ALL SELECT p.person, 'linkedin_url', v.linkedin_url FROM picks p JOIN votes v ON v.node = p.linkedin_url
    UNION ALL SELECT p.person, 'company', v.company FROM picks p JOIN votes v ON v.node = p.company
)
SELECT i.person_id, r.field, r.value, w.value AS winner, r.record_key
FROM rivals r JOIN winners w USING (person, field) JOIN person_ids i USING (person)
WHERE lower(trim(r.value)) <> lower(trim(w.value))
