-- The CRM's contacts as they are after the run; `person_id` is ours, null for those that we know nothing of. Who opted out
-- is told by our properties, and of e-mail by the CRM itself (`email_subscribed`).
WITH marked AS (
    SELECT *, NOT email_subscribed AS left_the_list,
           coalesce(try_cast(json_extract_string(properties, '$.email_opt_out') AS BOOLEAN), false) AS said_email,
           coalesce(try_cast(json_extract_string(properties, '$.phone_opt_out') AS BOOLEAN), false) AS said_phone
    FROM fetched_contacts
)
SELECT c.crm_id AS contact_id, m.person_id, c.* EXCLUDE (crm_id, company_id, left_the_list, said_email, said_phone), c.company_id, k.name AS company_name,
       said_email OR left_the_list AS email_opt_out, try_cast(json_extract_string(c.properties, '$.email_opt_out_at') AS TIMESTAMPTZ) AS email_opt_out_at,
       CASE WHEN said_email THEN json_extract_string(c.properties, '$.email_opt_out_source') WHEN left_the_list THEN 'emailSubscribed' END AS email_opt_out_source,
       said_phone AS phone_opt_out, try_cast(json_extract_string(c.properties, '$.phone_opt_out_at') AS TIMESTAMPTZ) AS phone_opt_out_at,
       CASE WHEN said_phone THEN json_extract_string(c.properties, '$.phone_opt_out_source') END AS phone_opt_out_source
FROM marked c
LEFT JOIN (SELECT crm_id, min(entity_id) AS person_id FROM contact_links GROUP BY crm_id) m USING (crm_id)
LEFT JOIN fetched_companies k ON k.crm_id = c.company_id
