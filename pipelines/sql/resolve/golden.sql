-- One row a person: the value of each field and the record that it comes from. First and last name come as a pair
-- from one record where any record has both.
WITH people AS (
    SELECT person_id, count(*) AS records,
           arg_min(first_name, rank) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL) AS pair_first,
           arg_min(last_name, rank) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL) AS pair_last,
           arg_min(record_key, rank) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL) AS pair_from,
           arg_min(first_name, rank) FILTER (first_name IS NOT NULL) AS any_first,
           arg_min(record_key, rank) FILTER (first_name IS NOT NULL) AS any_first_from,
           arg_min(last_name, rank) FILTER (last_name IS NOT NULL) AS any_last,
           arg_min(record_key, rank) FILTER (last_name IS NOT NULL) AS any_last_from,
           arg_min(title, rank) FILTER (title IS NOT NULL) AS title,
           arg_min(record_key, rank) FILTER (title IS NOT NULL) AS title_from,
           arg_min(department, rank) FILTER (department IS NOT NULL) AS department,
           arg_min(record_key, rank) FILTER (department IS NOT NULL) AS department_from,
           arg_min(locale, rank) FILTER (locale IS NOT NULL) AS locale,
           arg_min(record_key, rank) FILTER (locale IS NOT NULL) AS locale_from,
           arg_min(linkedin_url, rank) FILTER (linkedin_url IS NOT NULL) AS linkedin_url,
           arg_min(record_key, rank) FILTER (linkedin_url IS NOT NULL) AS linkedin_url_from,
           arg_min(w.company_entity, rank) FILTER (w.company_entity IS NOT NULL) AS company,
           arg_min(record_key, rank) FILTER (w.company_entity IS NOT NULL) AS company_from
    FROM ranked_records LEFT JOIN contact_companies w USING (record_key) GROUP BY person_id
), keys AS (
    SELECT person_id,
           list(key ORDER BY ord) FILTER (kind = 'email') AS emails, list(key ORDER BY ord) FILTER (kind = 'phone') AS phones,
           arg_min(record_key, ord) FILTER (kind = 'email') AS email_from, arg_min(record_key, ord) FILTER (kind = 'phone') AS phone_from
    FROM golden_keys GROUP BY person_id
), tagged AS (
    SELECT person_id, list(tag ORDER BY tag) AS tags FROM golden_tags GROUP BY person_id
), spelled AS (
    -- An address that reads first.last@ names its owner where nothing else does.
    SELECT person_id, regexp_extract(emails[1], '^([a-z]{2,})\.([a-z]{2,})@', 1) AS mail_first,
           regexp_extract(emails[1], '^([a-z]{2,})\.([a-z]{2,})@', 2) AS mail_last
    FROM keys
)
SELECT p.person_id, p.records,
       coalesce(pair_first, any_first, nullif(upper(substr(mail_first, 1, 1)) || substr(mail_first, 2), '')) AS first_name,
       coalesce(pair_last, any_last, nullif(upper(substr(mail_last, 1, 1)) || substr(mail_last, 2), '')) AS last_name,
       coalesce(pair_from, any_first_from, email_from, phone_from) AS first_name_from,
       coalesce(pair_from, any_last_from, email_from, phone_from) AS last_name_from,
       coalesce(emails, []) AS emails, coalesce(phones, []) AS phones,
       emails[1] AS email, email_from, phones[1] AS phone, phone_from,
       title, title_from, department, department_from, locale, locale_from, company, company_from, linkedin_url, linkedin_url_from, coalesce(tags, []) AS tags
FROM people p LEFT JOIN keys USING (person_id) LEFT JOIN spelled USING (person_id) LEFT JOIN tagged USING (person_id)
