-- The linked contacts in which something stands that we did not write and that the ledger does not have yet, with all that it
-- shall have of them: fields, and of keys and lists what stood there. Tags are compared without case, as e-mails are.
WITH sides AS (
    SELECT c.*, coalesce(w.sent, '{}') AS sent, coalesce(s.found, '{}') AS known
    FROM (FROM current_contacts SEMI JOIN contact_matches USING (crm_id)) c
    LEFT JOIN written_contacts w USING (crm_id) LEFT JOIN found_contacts s USING (crm_id)
), stands AS (
    SELECT crm_id, known,
           {column} IS NOT NULL AND NOT contains(sent, '"{crm}":') OR contains(known, '"{crm}":') AS "{crm}",
           contains(properties, '"{property_key}"') AND json_extract_string(properties, '$."{property_key}"') IS NOT NULL AND NOT contains(sent, '"{crm}":') OR contains(known, '"{crm}":') AS "{crm}",
           CASE WHEN email IS NOT NULL AND NOT contains(sent, '"email":') THEN [comparable('email', email)] ELSE [] END AS email,
           CASE WHEN phone IS NOT NULL AND NOT contains(sent, '"phone":') THEN [comparable('phone', coalesce(phone_e164, phone))] ELSE [] END AS phone,
           CASE WHEN len(tags) > 0 THEN without(compared('email', tags), compared('email', list_of(sent, 'tags'))) ELSE [] END AS tags,
           without(compared('email', list_of(properties, 'other_emails')), compared('email', list_of(sent, 'properties.other_emails'))) AS other_emails,
           without(compared('phone', list_of(properties, 'other_phones')), compared('phone', list_of(sent, 'properties.other_phones'))) AS other_phones
    FROM sides
), kept AS (
    SELECT crm_id, known, '{' || concat_ws(',',
        CASE WHEN "{crm}" THEN '"{crm}":true' END,
        kept_list(known, 'email', email), kept_list(known, 'phone', phone), kept_list(known, 'tags', tags),
        kept_list(known, 'properties.other_emails', other_emails), kept_list(known, 'properties.other_phones', other_phones)) || '}' AS found
    FROM stands
)
SELECT crm_id, found FROM kept WHERE found <> known
