-- What a shared phone joins: the same name, and compatible names where no third one makes it doubtful.
SELECT h.node AS a, n.class AS b
FROM holders h JOIN phone_names n
  ON h.kind = 'phone' AND n.key = h.key AND n.first_fold = coalesce(h.first_fold, '') AND n.last_fold = coalesce(h.last_fold, '')
UNION ALL
SELECT a, b FROM phone_pairs ANTI JOIN disputed_pairs USING (a, b) WHERE compatible
