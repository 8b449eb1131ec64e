-- CRM contacts that may be one person, for a human to merge there: several in one person, or an e-mail that leads to
-- one and a phone that leads to another.
WITH crowd AS (
    SELECT w.component, p.person, n.name FROM wide_components w
    JOIN contradictions c ON c.level = 'wide' AND c.crowded AND c.component = w.component
    JOIN people p ON p.unit = w.node JOIN nodes n ON n.node = p.node
)
SELECT a.person_id, a.crm_id, b.crm_id AS other_crm_id, 'the same e-mail or link leads to both' AS reason
FROM contact_candidates a JOIN contact_candidates b ON a.person_id = b.person_id AND a.rank = 1 AND b.rank > 1 AND b.status <> 'archived'
UNION ALL
SELECT DISTINCT m.person_id, m.crm_id, substr(other.name, 5), 'a shared phone leads to both'
FROM contact_matches m
JOIN crowd own ON own.name = 'crm:' || m.crm_id
JOIN crowd other ON other.component = own.component AND starts_with(other.name, 'crm:') AND other.name <> own.name
WHERE substr(other.name, 5) NOT IN (SELECT crm_id FROM contact_candidates c WHERE c.person_id = m.person_id)
