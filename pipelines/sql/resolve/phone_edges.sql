-- What a shared phone joins: the same name, compatible names, and a holder without a name where nobody disputes it.
SELECT h.node AS a, n.class AS b
FROM holders h JOIN phone_names n
  ON h.kind = 'phone' AND n.key = h.key AND n.first_fold = coalesce(h.first_fold, '') AND n.last_fold = coalesce(h.last_fold, '')
UNION ALL
SELECT a, b FROM phone_pairs
WHERE compatible AND NOT (nameless AND key IN (SELECT key FROM disputed_phones))
