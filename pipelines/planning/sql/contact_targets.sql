-- What is to happen to each person as a whole: create, update what is there, or leave it to a human. Who opted out is created
-- where the settings do not hold or skip such people.
SELECT g.person_id, m.crm_id,
       CASE WHEN m.crm_id IS NOT NULL AND m.status = 'archived' THEN 'archived'
            WHEN m.crm_id IS NOT NULL THEN 'update'
            WHEN l.crm_id IN (SELECT crm_id FROM unreadable WHERE object = 'contacts') THEN 'unseen'
            WHEN l.crm_id IS NOT NULL THEN 'gone'
            WHEN (g.first_name IS NULL OR g.last_name IS NULL) AND (SELECT name_placeholder FROM setting) IS NULL THEN 'nameless'
            WHEN len(g.emails) + len(g.phones) = 0 THEN 'keyless'
            WHEN (g.email_opt_out OR g.phone_opt_out) AND (SELECT opt_outs FROM setting) <> 'tag' THEN (SELECT opt_outs FROM setting)
            ELSE 'create' END AS op
FROM golden g LEFT JOIN contact_matches m USING (person_id) LEFT JOIN contact_links l ON l.entity_id = g.person_id
