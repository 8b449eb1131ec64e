-- Every e-mail and phone of each person, best first, without hubs: a switchboard is nobody's phone. What only a file says
-- that has landed anew since, without it, counts only for people of whom nothing newer is known. A lone record with one
-- key of a kind needs no sorting.
WITH several AS (
    SELECT person, 'email' AS kind, unnest(emails) AS key, email_place * 1000 + generate_subscripts(emails, 1) AS place, node
    FROM votes WHERE NOT outdated
    UNION ALL
    SELECT person, 'phone', unnest(phones), phone_place * 1000 + generate_subscripts(phones, 1), node FROM votes WHERE NOT outdated
    UNION ALL
    SELECT s.person, 'email', unnest(r.emails), generate_subscripts(r.emails, 1), s.node
    FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.alone WHERE len(r.emails) > 1
    UNION ALL
    SELECT s.person, 'phone', unnest(r.phones), generate_subscripts(r.phones, 1), s.node
    FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.alone WHERE len(r.phones) > 1
), lone AS (
    SELECT s.person, 'email' AS kind, r.emails[1] AS key, s.node FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.alone WHERE len(r.emails) = 1
    UNION ALL
    SELECT s.person, 'phone', r.phones[1], s.node FROM records r JOIN by_source s ON s.node = r.file_row_number AND s.alone WHERE len(r.phones) = 1
), hubs AS (
    SELECT kind, key FROM hub_keys
), once AS (
    SELECT s.person, s.kind, s.key, min(s.place) AS place, arg_min(s.node, s.place) AS node
    FROM several s ANTI JOIN hubs u ON u.kind = s.kind AND u.key = joining_key(s.kind, s.key) GROUP BY ALL
)
SELECT person, kind, key, node, row_number() OVER (PARTITION BY person, kind ORDER BY place) AS ord FROM once
UNION ALL
SELECT l.person, l.kind, l.key, l.node, 1 FROM lone l ANTI JOIN hubs u ON u.kind = l.kind AND u.key = joining_key(l.kind, l.key)
