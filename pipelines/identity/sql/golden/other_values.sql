-- The same, a row each person.
SELECT person,
       max(value) FILTER (field = 'first_name') AS first_name, max(record_key) FILTER (field = 'first_name') AS first_name_from,
       max(value) FILTER (field = 'last_name') AS last_name, max(record_key) FILTER (field = 'last_name') AS last_name_from,
       max(value) FILTER (field = '{name}') AS {name}, max(record_key) FILTER (field = '{name}') AS {name}_from,
       max(value) FILTER (field = 'company') AS company, max(record_key) FILTER (field = 'company') AS company_from,
       max(record_key) FILTER (field = 'email') AS email_from, max(record_key) FILTER (field = 'phone') AS phone_from
FROM other_picks GROUP BY person
