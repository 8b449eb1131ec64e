-- CRM contacts that may be one person, for a human to merge there: several in one person, or an e-mail that leads to
-- one and a phone that leads to another.
WITH crowd AS (
    SELECT w.component, p.person, n.name, n.first_fold, n.last_fold FROM wide_components w
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
LEFT JOIN nickname_pairs k ON k.a = split_part(own.first_fold, ' ', 1) AND k.b = split_part(other.first_fold, ' ', 1)
LEFT JOIN contact_matches o ON o.crm_id = substr(other.name, 5)
WHERE substr(other.name, 5) NOT IN (SELECT crm_id FROM contact_candidates c WHERE c.person_id = m.person_id)
  AND names_fit(own.first_fold, own.last_fold, other.first_fold, other.last_fold, k.a IS NOT NULL)
  AND (o.crm_id IS NULL OR m.crm_id < o.crm_id)
