-- The names in each unit that a phone joins to another, and what the phones make of the unit: by whole names alone
-- (`agreed`), and by all that fits (`wide`).
SELECT DISTINCT w.component AS wide, coalesce(g.component, w.node) AS agreed, u.unit, n.first_fold, n.last_fold,
       starts_with(n.name, 'crm:') AS in_crm, u.unit IN (SELECT unit FROM phone_holders WHERE anchored) AS anchored
FROM wide_components w JOIN units u ON u.unit = w.node JOIN nodes n ON n.node = u.node
LEFT JOIN agreed_components g ON g.node = w.node
