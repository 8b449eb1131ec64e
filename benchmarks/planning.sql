-- The tables that a plan reads, for as many people as `given` says, each with one record, one contact and one last-written
-- row; of the first of them the sources say another title. As the stages before it would leave them.
CREATE VIEW numbers AS SELECT unnest(range(people)) AS i FROM given;
CREATE TABLE records AS SELECT 'people/contacts/plain:' || i AS record_key, 'people' AS source, 0 AS source_order, 'people.csv' AS file,
        'people/contacts/1' AS landing, i AS row, NULL::TIMESTAMPTZ AS modified_at, false AS superseded, TIMESTAMPTZ '2026-01-01' AS dated,
        'First' || i AS first_name, 'Last' || i AS last_name, 'Title ' || (i % 997) AS title, NULL::VARCHAR AS department,
        NULL::VARCHAR AS locale, NULL::VARCHAR AS linkedin_url, NULL::VARCHAR AS company_id, NULL::VARCHAR AS company_name,
        NULL::VARCHAR AS company_domain, ['p' || i || '@people.example'] AS emails, []::VARCHAR[] AS role_emails,
        ['+1312' || lpad((i % 10000000)::VARCHAR, 7, '0')] AS phones, []::VARCHAR[] AS tags, []::VARCHAR[] AS cleared FROM numbers;
CREATE TABLE golden AS SELECT 'person-' || i AS person_id, 1 AS records, first_name, record_key AS first_name_from, last_name, record_key AS last_name_from,
        emails, emails[1] AS email, record_key AS email_from, phones, phones[1] AS phone, record_key AS phone_from,
        CASE WHEN i < (SELECT changed FROM given) THEN title || ' (new)' ELSE title END AS title, record_key AS title_from,
        department, NULL::VARCHAR AS department_from, locale, NULL::VARCHAR AS locale_from, NULL::VARCHAR AS company, NULL::VARCHAR AS company_from,
        linkedin_url, NULL::VARCHAR AS linkedin_url_from, NULL::BOOLEAN AS email_opt_out, NULL::VARCHAR AS email_opt_out_at, NULL::VARCHAR AS email_opt_out_source,
        NULL::VARCHAR AS email_opt_out_from, NULL::BOOLEAN AS phone_opt_out, NULL::VARCHAR AS phone_opt_out_at, NULL::VARCHAR AS phone_opt_out_source,
        NULL::VARCHAR AS phone_opt_out_from, tags, cleared FROM (SELECT *, row AS i FROM records);
CREATE TABLE golden_keys AS SELECT 'person-' || row AS person_id, 'email' AS kind, emails[1] AS key, record_key, 1 AS ord FROM records
        UNION ALL SELECT 'person-' || row, 'phone', phones[1], record_key, 1 FROM records;
CREATE TABLE golden_tags AS SELECT ''::VARCHAR AS person_id, ''::VARCHAR AS tag, ''::VARCHAR AS record_key WHERE false;
CREATE TABLE golden_companies AS SELECT ''::VARCHAR AS company_id, 1 AS records, ''::VARCHAR AS name, ''::VARCHAR AS name_from, ''::VARCHAR AS website, ''::VARCHAR AS website_from,
        ''::VARCHAR AS domain, ''::VARCHAR AS domain_from, ''::VARCHAR AS industry, ''::VARCHAR AS industry_from, ''::VARCHAR AS size, ''::VARCHAR AS size_from,
        0::DOUBLE AS annual_revenue, ''::VARCHAR AS annual_revenue_from, ''::VARCHAR AS email, ''::VARCHAR AS email_from, ''::VARCHAR AS phone, ''::VARCHAR AS phone_from,
        ''::VARCHAR AS street, ''::VARCHAR AS street_from, ''::VARCHAR AS city, ''::VARCHAR AS city_from, ''::VARCHAR AS state, ''::VARCHAR AS state_from,
        ''::VARCHAR AS country, ''::VARCHAR AS country_from, ''::VARCHAR AS postal_code, ''::VARCHAR AS postal_code_from WHERE false;
CREATE TABLE clusters AS SELECT record_key, 'person-' || row AS person_id FROM records;
CREATE TABLE company_clusters AS SELECT ''::VARCHAR AS record_key, ''::VARCHAR AS company_id WHERE false;
CREATE TABLE contact_matches AS SELECT 'person-' || i AS person_id, 'contact-' || i AS crm_id, 'active' AS status FROM numbers;
CREATE TABLE company_matches AS SELECT ''::VARCHAR AS company_id, ''::VARCHAR AS crm_id WHERE false;
CREATE TABLE merge_candidates AS SELECT ''::VARCHAR AS person_id, ''::VARCHAR AS crm_id, ''::VARCHAR AS other_crm_id, ''::VARCHAR AS reason WHERE false;
CREATE TABLE company_records AS SELECT ''::VARCHAR AS record_key, ''::VARCHAR AS source, ''::VARCHAR AS file, ''::VARCHAR AS landing, 0::BIGINT AS row WHERE false;
CREATE TABLE gone_records AS SELECT ''::VARCHAR AS object, ''::VARCHAR AS record_key, ''::VARCHAR AS source, ''::VARCHAR AS file, ''::VARCHAR AS landing, 0::BIGINT AS row, false AS stood WHERE false;
CREATE TABLE former_versions AS SELECT record_key, first_name, last_name, title, department, locale, linkedin_url, emails, role_emails, phones, tags,
        false AS employed FROM records WHERE false;
CREATE TABLE current_contacts AS SELECT 'contact-' || row AS crm_id, first_name, last_name, emails[1] AS email, '+1 312-' || substr(phones[1], 6, 3) || '-' || substr(phones[1], 9) AS phone,
        title, department, NULL::VARCHAR AS company_id, 'active' AS status, NULL::VARCHAR AS source, locale,
        '{"crm_bridge_id":"person-' || row || '"}' AS properties, []::VARCHAR[] AS tags, true AS email_subscribed, TIMESTAMPTZ '2026-01-02' AS created_at, TIMESTAMPTZ '2026-01-02' AS updated_at,
        'person-' || row AS bridge_id, emails, phones, phones[1] AS phone_e164 FROM records;
CREATE TABLE current_companies AS SELECT *, ''::VARCHAR AS bridge_id, ''::VARCHAR AS domain, []::VARCHAR[] AS emails, []::VARCHAR[] AS phones
FROM fetched_companies;
CREATE TABLE unreadable AS SELECT ''::VARCHAR AS object, 0::BIGINT AS place, ''::VARCHAR AS crm_id, ''::VARCHAR AS reason WHERE false;
CREATE TABLE person_changes AS SELECT ''::VARCHAR AS person_id, ''::VARCHAR AS change, ''::VARCHAR AS other_id, 0::BIGINT AS records, ''::VARCHAR AS record_key WHERE false;
CREATE TABLE last_written AS SELECT crm_id,
    to_json({first_name: first_name, last_name: last_name, email: email, phone: phone_e164, title: title, 'properties.crm_bridge_id': bridge_id})::VARCHAR AS sent,
    to_json({first_name: first_name, last_name: last_name, email: email, phone: phone, title: title, 'properties.crm_bridge_id': bridge_id})::VARCHAR AS echoed
FROM current_contacts;
