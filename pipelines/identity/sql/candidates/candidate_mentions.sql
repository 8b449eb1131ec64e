-- What each record, row and CRM contact says of a person, in a form that can be compared, once for each of its e-mails.
-- `entity` is the person, or the row or contact itself where it is nobody's yet.
WITH said AS (
    SELECT c.person_id AS entity, r.record_key AS node, r.first_fold, r.last_fold, r.birthday, r.city, r.company_name,
           r.company_domain, r.emails
    FROM records r JOIN clusters c USING (record_key)
    UNION ALL
    SELECT record_key, record_key, folded(first_name), folded(last_name), birthday, city, company_name, company_domain, []
    FROM unmatched WHERE object = 'contacts' AND NOT superseded
    UNION ALL
    SELECT 'crm:' || k.crm_id, 'crm:' || k.crm_id, folded(k.first_name), folded(k.last_name), NULL, NULL, m.name, m.domain, k.emails
    FROM current_contacts k LEFT JOIN current_companies m ON m.crm_id = k.company_id
    WHERE k.crm_id NOT IN (SELECT crm_id FROM contact_matches UNION SELECT other_crm_id FROM merge_candidates)
)
SELECT entity, node, first_fold, last_fold, birthday_key(birthday) AS birthday, folded(city) AS city,
       folded(company_name) AS company, company_domain, unnest(CASE WHEN len(emails) > 0 THEN emails ELSE [NULL] END) AS email
FROM said
