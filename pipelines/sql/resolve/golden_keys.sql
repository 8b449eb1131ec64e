-- Every e-mail and phone of each person, best first, without hubs: a switchboard is nobody's phone. What only a file says
-- that has landed anew since, without it, counts only for people of whom nothing newer is known.
WITH ranked AS (
    SELECT * FROM ranked_records
    QUALIFY NOT superseded OR bool_and(superseded) OVER (PARTITION BY person_id)
), held AS (
    SELECT person_id, 'email' AS kind, unnest(emails) AS key, rank, generate_subscripts(emails, 1) AS ord, record_key FROM ranked
    UNION ALL
    SELECT person_id, 'phone', unnest(phones), rank, generate_subscripts(phones, 1), record_key FROM ranked
), once AS (
    SELECT person_id, kind, key, min(rank * 1000 + ord) AS place, arg_min(record_key, rank * 1000 + ord) AS record_key
    FROM held LEFT JOIN hub_keys u USING (kind, key) WHERE u.key IS NULL
    GROUP BY person_id, kind, key
)
SELECT person_id, kind, key, record_key, row_number() OVER (PARTITION BY person_id, kind ORDER BY place) AS ord FROM once
