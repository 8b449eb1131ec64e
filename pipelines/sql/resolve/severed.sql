-- Records that are somebody else by now: no key joins them any more with what else was the same person, and neither
-- their first nor their last name fits. Everything less keeps its link: a link outlives the keys that made it.
WITH parts AS (
    -- What keys alone make of each known person, and since when that part is known.
    SELECT m.entity_id, coalesce(c.component, m.node) AS part, min(m.sequence) AS since, bool_or(m.sequence IS NULL) AS in_crm
    FROM memberships m LEFT JOIN key_components c USING (node) GROUP BY ALL
), stays AS (
    -- The part that stays: the one with the CRM's contact, else the oldest; a contact alone is no part.
    SELECT entity_id, part FROM parts WHERE since IS NOT NULL
    QUALIFY count(*) OVER (PARTITION BY entity_id) > 1 AND row_number() OVER (PARTITION BY entity_id ORDER BY in_crm DESC, since) = 1
), named AS (
    SELECT DISTINCT m.entity_id, coalesce(c.component, m.node) AS part, n.first_fold, n.last_fold
    FROM memberships m JOIN stays s USING (entity_id) JOIN nodes n USING (node) LEFT JOIN key_components c USING (node)
    WHERE m.sequence IS NOT NULL
), strangers AS (
    SELECT x.entity_id, x.part
    FROM named x JOIN stays s ON s.entity_id = x.entity_id AND s.part <> x.part
    JOIN named y ON y.entity_id = s.entity_id AND y.part = s.part
    LEFT JOIN nickname_pairs k ON k.a = split_part(x.first_fold, ' ', 1) AND k.b = split_part(y.first_fold, ' ', 1)
    GROUP BY ALL
    HAVING bool_and(NOT part_fits(x.first_fold, y.first_fold) AND NOT part_fits(x.last_fold, y.last_fold)
                    AND k.a IS NULL AND NOT names_fit(x.first_fold, x.last_fold, y.first_fold, y.last_fold, false))
)
SELECT m.node, m.entity_id FROM memberships m LEFT JOIN key_components c USING (node)
JOIN strangers t ON t.entity_id = m.entity_id AND t.part = coalesce(c.component, m.node)
