-- Every e-mail and phone of each person, best first, without hubs: a switchboard is nobody's phone. What only a file says
-- that has landed anew since, without it, counts only for people of whom nothing newer is known. Not of those whose one
-- record is `plain`: theirs are as it says.
WITH several AS (
    SELECT person, 'email' AS kind, unnest(emails) AS key, email_place * 1000 + generate_subscripts(emails, 1) AS place, node
    FROM votes WHERE NOT outdated
    UNION ALL
    SELECT person, 'phone', unnest(phones), phone_place * 1000 + generate_subscripts(phones, 1), node FROM votes WHERE NOT outdated
    UNION ALL
    SELECT s.person, 'email', unnest(r.emails), generate_subscripts(r.emails, 1), s.node
    FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.alone AND NOT s.plain
    UNION ALL
    SELECT s.person, 'phone', unnest(r.phones), generate_subscripts(r.phones, 1), s.node
    FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.alone AND NOT s.plain
), hubs AS (
    SELECT kind, key FROM hub_keys
), once AS (
    SELECT s.person, s.kind, s.key, min(s.place) AS place, arg_min(s.node, s.place) AS node
    FROM several s ANTI JOIN hubs u ON u.kind = s.kind AND u.key = joining_key(s.kind, s.key) GROUP BY ALL
)
SELECT person, kind, key, node, row_number() OVER (PARTITION BY person, kind ORDER BY place) AS ord FROM once
