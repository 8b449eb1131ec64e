-- Of people with several records, the fields of which the first record that speaks of them says that there is nothing. Of
-- keys any record may say so: it counts where no other has one.
WITH said AS (
    SELECT person, node, unnest(cleared) AS field FROM votes WHERE len(cleared) > 0
)
SELECT s.person, list(DISTINCT s.field) AS cleared
FROM said s JOIN picks p USING (person)
WHERE CASE s.field
          WHEN '{name}' THEN p.{name}
          WHEN 'company_name' THEN p.company ELSE s.node END = s.node
GROUP BY s.person
