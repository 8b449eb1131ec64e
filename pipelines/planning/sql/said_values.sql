-- What the records of a person say, or said in an earlier version that a newer one replaced, as the mapping reads it now:
-- asked of people of whom a value of ours stands that nothing current speaks of.
WITH asked AS (
    SELECT person_id FROM contact_states WHERE proposed IS NULL AND NOT clears
    UNION SELECT person_id FROM contact_tags WHERE NOT adds
    UNION SELECT person_id FROM contact_lists WHERE len(drops) > 0
), versions AS (
    SELECT person_id, true AS current, record_key, first_name, last_name, emails, role_emails, phones, tags, cleared,
           {name},
           coalesce(company_id, company_name, company_domain) IS NOT NULL AS employed
    FROM (FROM clusters SEMI JOIN asked USING (person_id)) JOIN records USING (record_key)
    UNION ALL
    SELECT person_id, false, record_key, first_name, last_name, emails, role_emails, phones, tags, [],
           {name},
           employed
    FROM (FROM clusters SEMI JOIN asked USING (person_id)) JOIN former_versions USING (record_key)
)
SELECT DISTINCT person_id, field, value, record_key, current FROM (
    SELECT person_id, current, record_key, 'first_name' AS field, comparable('text', first_name) AS value FROM versions
    UNION ALL SELECT person_id, current, record_key, 'last_name', comparable('text', last_name) FROM versions
    UNION ALL SELECT person_id, current, record_key, '{crm}', comparable('{equality}', as_kept('{equality}', {name})) FROM versions
    -- Which company of the CRM a record means is not worked out again here: that it names any is enough to leave the link.
    UNION ALL SELECT person_id, current, record_key, 'company', 'any' FROM versions WHERE employed
    UNION ALL SELECT person_id, current, record_key, 'email', comparable('email', unnest(list_concat(emails, role_emails))) FROM versions
    UNION ALL SELECT person_id, current, record_key, 'phone', comparable('phone', unnest(phones)) FROM versions
    UNION ALL SELECT person_id, current, record_key, 'tags', lower(trim(unnest(tags))) FROM versions
    -- A record whose tags are given now, or given as none, is asked what it no longer says.
    UNION ALL SELECT person_id, current, record_key, 'tags given', '' FROM versions WHERE current AND (len(tags) > 0 OR list_contains(cleared, 'tags'))
) WHERE value IS NOT NULL
