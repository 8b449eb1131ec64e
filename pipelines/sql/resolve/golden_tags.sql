-- Every tag of each person, once, with the best record that bears it.
SELECT person_id, tag, arg_min(record_key, rank) AS record_key
FROM (SELECT person_id, record_key, rank, unnest(tags) AS tag FROM ranked_records) GROUP BY person_id, tag
