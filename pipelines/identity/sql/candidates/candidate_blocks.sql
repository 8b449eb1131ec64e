-- What one rule brings together: the profiles that share a key, where they are of different people. Where a block is too
-- large for one rule, a finer one still finds the pair: a common name with a company, a city, a birthday or an e-mail.
-- `kept`: the smallest blocks, of 100 members at most, as many as the rule may spend pairs on (one a person, and a
-- thousand), so that the work grows with the rows and not with their square.
WITH keyed AS (
    SELECT id, entity, CASE rule
        WHEN 'name' THEN CASE WHEN first < last THEN first || '|' || last ELSE last || '|' || first END
        WHEN 'last name and domain' THEN last || '|' || work_domain
        WHEN 'first name, initial and domain' THEN first || '|' || substr(last, 1, 1) || '|' || work_domain
        WHEN 'last name and company' THEN last || '|' || company
        WHEN 'first name, initial and company' THEN first || '|' || substr(last, 1, 1) || '|' || company
        WHEN 'birthday and first initial' THEN birthday || '|' || substr(first, 1, 1)
        WHEN 'birthday and last initial' THEN birthday || '|' || substr(last, 1, 1)
        WHEN 'birthday and city' THEN birthday || '|' || city
        WHEN 'last name and birth year' THEN last || '|' || substr(birthday, 1, 4)
        WHEN 'first name, initial and birth year' THEN first || '|' || substr(last, 1, 1) || '|' || substr(birthday, 1, 4)
        WHEN 'last name, initial and city' THEN last || '|' || substr(first, 1, 1) || '|' || city
        WHEN 'first name, initial and city' THEN first || '|' || substr(last, 1, 1) || '|' || city
        WHEN 'local part' THEN CASE WHEN length(local) >= 4 THEN local END
        WHEN 'start of e-mail' THEN substr(local, 1, anchor(local)) || '@' || host
        WHEN 'end of e-mail' THEN substr(local, length(local) - anchor(local) + 1) || '@' || host
        END AS key
    FROM candidate_profiles CROSS JOIN candidate_rule
), blocks AS (
    SELECT key, count(*) AS size FROM keyed WHERE key IS NOT NULL
    GROUP BY key HAVING min(entity) < max(entity)
), spent AS (
    SELECT size, sum(sum(size * (size - 1) / 2)) OVER (ORDER BY size) AS pairs FROM blocks GROUP BY size
), cap AS (
    SELECT coalesce(max(size), 1) AS size FROM spent WHERE size <= 100 AND pairs <= 1000 + (SELECT count(*) FROM candidate_entities)
)
SELECT b.key, b.size, b.size <= cap.size AS kept, list(k.id) FILTER (b.size <= cap.size) AS members
FROM blocks b CROSS JOIN cap JOIN keyed k USING (key) GROUP BY ALL
