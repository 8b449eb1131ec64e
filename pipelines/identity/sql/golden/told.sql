-- Every record with its person and what says how much its word counts: the sources' order in the settings, whether its
-- file still has it, its age (its own change time, and the day of its file), and how much it says. `alone`: it is all that
-- speaks of the person; `plain`: and its keys are the person's as they are, one of a kind and no hub. `outdated`: its file has landed anew without it, and something newer is known.
WITH given AS (
    SELECT p.person, r.file_row_number AS node, r.record_key, r.source_order, r.superseded,
           date_trunc('day', r.dated) AS day, r.modified_at, fullness(r.first_name, r.last_name, r.title, r.company_name, r.emails, r.phones) AS says,
           len(r.emails) > 1 OR len(r.phones) > 1 AS several
    FROM records r JOIN people p ON p.node = r.file_row_number
), crowds AS (
    SELECT person, bool_and(superseded) AS superseded FROM given GROUP BY person HAVING count(*) > 1
)
SELECT g.* EXCLUDE (several), c.person IS NULL AS alone, c.person IS NULL AND NOT g.several AND h.node IS NULL AS plain, c.person IS NOT NULL AND g.superseded AND NOT c.superseded AS outdated
FROM given g LEFT JOIN crowds c USING (person) LEFT JOIN hub_holders h ON h.node = g.node
