-- The same, a row each person.
SELECT person,
       max(value) FILTER (field = 'first_name') AS first_name, max(record_key) FILTER (field = 'first_name') AS first_name_from,
       max(value) FILTER (field = 'last_name') AS last_name, max(record_key) FILTER (field = 'last_name') AS last_name_from,
       max(value) FILTER (field = 'title') AS title, max(record_key) FILTER (field = 'title') AS title_from,
       max(value) FILTER (field = 'department') AS department, max(record_key) FILTER (field = 'department') AS department_from,
       max(value) FILTER (field = 'locale') AS locale, max(record_key) FILTER (field = 'locale') AS locale_from,
       max(value) FILTER (field = 'linkedin_url') AS linkedin_url, max(record_key) FILTER (field = 'linkedin_url') AS linkedin_url_from,
       max(value) FILTER (field = 'company') AS company, max(record_key) FILTER (field = 'company') AS company_from,
       max(record_key) FILTER (field = 'email') AS email_from, max(record_key) FILTER (field = 'phone') AS phone_from
FROM other_picks GROUP BY person
