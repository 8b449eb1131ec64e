-- Units that a shared phone joins: those of one name and domain, and those whose names fit.
SELECT h.unit AS a, n.unit AS b, h.node AS node_a, n.node AS node_b, h.key
FROM company_phone_holders h JOIN company_phone_names n
  ON n.key = h.key AND n.name_fold = h.name_fold AND n.domain IS NOT DISTINCT FROM h.domain AND n.unit <> h.unit
UNION ALL
SELECT unit_a, unit_b, node_a, node_b, key FROM company_phone_pairs ANTI JOIN disputed_pairs USING (a, b)
WHERE fit AND unit_a <> unit_b
