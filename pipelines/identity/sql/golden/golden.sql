-- One row a person: the value of each field and the record that it comes from. Most come from the first record to be
-- believed (all, where it is the only one: then there are no picks); what comes from others is put over it.
WITH valued AS (
    SELECT s.person_id, r.record_key, coalesce(p.records, 1) AS records, CASE WHEN s.plain THEN r.emails ELSE coalesce(k.emails, []) END AS emails,
           CASE WHEN s.plain THEN r.phones ELSE coalesce(k.phones, []) END AS phones,
           coalesce(o.email_from, r.record_key) AS email_from, coalesce(o.phone_from, r.record_key) AS phone_from, coalesce(t.tags, []) AS tags,
           CASE WHEN p.person IS NULL THEN r.cleared ELSE coalesce(d.cleared, []) END AS cleared,
           CASE WHEN p.node IS NOT DISTINCT FROM p.first_name THEN r.first_name ELSE o.first_name END AS first_name, CASE WHEN p.node IS NOT DISTINCT FROM p.first_name THEN r.record_key ELSE o.first_name_from END AS first_name_from,
           CASE WHEN p.node IS NOT DISTINCT FROM p.last_name THEN r.last_name ELSE o.last_name END AS last_name, CASE WHEN p.node IS NOT DISTINCT FROM p.last_name THEN r.record_key ELSE o.last_name_from END AS last_name_from,
           CASE WHEN p.node IS NOT DISTINCT FROM p.{name} THEN r.{name} ELSE o.{name} END AS {name}, CASE WHEN p.node IS NOT DISTINCT FROM p.{name} THEN r.record_key ELSE o.{name}_from END AS {name}_from,
           CASE WHEN p.node IS NOT DISTINCT FROM p.company THEN e.entity_id ELSE o.company END AS company, CASE WHEN p.node IS NOT DISTINCT FROM p.company THEN r.record_key ELSE o.company_from END AS company_from,
           u.* EXCLUDE (person)
    FROM records r JOIN firsts s ON s.node = r.file_row_number LEFT JOIN company_entities e USING (company)
    LEFT JOIN picks p ON p.person = s.person LEFT JOIN other_values o ON o.person = s.person
    LEFT JOIN key_lists k ON k.person = s.person LEFT JOIN tag_lists t ON t.person = s.person
    LEFT JOIN cleared_fields d ON d.person = s.person LEFT JOIN opt_outs u ON u.person = s.person
)
-- An address that reads first.last@ names its owner where nothing else does.
SELECT person_id, records,
       coalesce(first_name, spelled_name(emails[1], 1)) AS first_name, coalesce(last_name, spelled_name(emails[1], 2)) AS last_name,
       CASE WHEN first_name IS NOT NULL THEN first_name_from WHEN len(emails) > 0 THEN email_from WHEN len(phones) > 0 THEN phone_from ELSE record_key END AS first_name_from,
       CASE WHEN last_name IS NOT NULL THEN last_name_from WHEN len(emails) > 0 THEN email_from WHEN len(phones) > 0 THEN phone_from ELSE record_key END AS last_name_from,
       emails, phones, emails[1] AS email, CASE WHEN len(emails) > 0 THEN email_from END AS email_from,
       phones[1] AS phone, CASE WHEN len(phones) > 0 THEN phone_from END AS phone_from,
       {name}, CASE WHEN {name} IS NOT NULL THEN {name}_from END AS {name}_from,
       company, CASE WHEN company IS NOT NULL THEN company_from END AS company_from,
       email_opt_out, email_opt_out_at, email_opt_out_source, email_opt_out_from,
       phone_opt_out, phone_opt_out_at, phone_opt_out_source, phone_opt_out_from,
       tags, CASE WHEN withdrawn IS NULL THEN cleared ELSE list_concat(cleared, withdrawn) END AS cleared
FROM valued
