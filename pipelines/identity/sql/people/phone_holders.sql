-- The holders of each phone on which more than one unit stands. `anchored`: the unit has a firm key of its own, so that
-- nothing less than its whole name may join it to another that has one.
WITH held AS (
    SELECT n.node, u.unit, n.key, n.first_fold, n.last_fold
    FROM (SELECT node, first_fold, last_fold, unnest(phones) AS key FROM nodes) n JOIN units u USING (node)
), shared AS (
    SELECT key FROM held GROUP BY key HAVING min(unit) <> max(unit)
), met AS (
    SELECT held.* FROM held SEMI JOIN shared USING (key)
), anchors AS (
    SELECT DISTINCT u.unit FROM firm_keys k ANTI JOIN firm_hubs h ON h.kind = k.kind AND h.key = k.key
    JOIN units u ON u.node = k.node WHERE u.unit IN (SELECT unit FROM met)
)
SELECT m.*, a.unit IS NOT NULL AS anchored FROM met m LEFT JOIN anchors a USING (unit)
