-- The CRM contacts of each person, best first: one that is not archived (a human who merges two archives one), then the
-- one we linked, then one that has an e-mail, then the oldest. A contact that no key leads to any more may still bear the person's mark, from when we created it.
WITH met AS (
    SELECT i.person_id, substr(n.name, 5) AS crm_id
    FROM nodes n JOIN people p USING (node) JOIN person_ids i USING (person) WHERE starts_with(n.name, 'crm:')
), marked AS (
    SELECT bridge_id AS person_id, crm_id FROM current_contacts
    WHERE bridge_id IN (SELECT person_id FROM person_ids) AND crm_id NOT IN (SELECT crm_id FROM met)
)
SELECT f.person_id, k.crm_id, k.status, row_number() OVER (
           PARTITION BY f.person_id
           ORDER BY k.status <> 'archived' DESC, (l.crm_id IS NOT NULL) DESC, (k.bridge_id = f.person_id) DESC NULLS LAST,
                    len(k.emails) > 0 DESC, k.created_at, k.crm_id) AS rank
FROM (SELECT * FROM met UNION ALL SELECT * FROM marked) f JOIN current_contacts k USING (crm_id)
LEFT JOIN contact_links l ON l.entity_id = f.person_id AND l.crm_id = k.crm_id
