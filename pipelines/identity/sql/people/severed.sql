-- Records and contacts that are somebody else by now: no key joins them any more with what else was the same person, and
-- neither the first nor the last name of the records there fits. Everything less keeps its link: a link outlives the
-- keys that made it. A contact that no record shares a key with says nothing by itself.
WITH parts AS (
    -- What keys alone make of each known person, and since when that part is known.
    SELECT m.entity_id, coalesce(c.component, m.node) AS part, min(m.sequence) AS since, bool_or(m.sequence IS NULL) AS in_crm
    FROM memberships m LEFT JOIN key_components c USING (node)
    GROUP BY m.entity_id, coalesce(c.component, m.node)
    QUALIFY count(*) OVER (PARTITION BY m.entity_id) > 1
), named AS (
    SELECT DISTINCT p.entity_id, p.part, n.first_fold, n.last_fold
    FROM parts p LEFT JOIN key_components c ON c.component = p.part JOIN nodes n ON n.node = coalesce(c.node, p.part)
    WHERE NOT starts_with(n.name, 'crm:')
), stays AS (
    -- The part that stays: one with a record that was the person, the one with the CRM's contact first, else the oldest.
    SELECT entity_id, part FROM parts SEMI JOIN named USING (entity_id, part)
    QUALIFY row_number() OVER (PARTITION BY entity_id ORDER BY since IS NULL, in_crm DESC, since, part) = 1
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
