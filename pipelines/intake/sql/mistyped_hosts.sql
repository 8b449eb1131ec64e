-- E-mail hosts that read like a typo of a well-known mail domain: one letter more, less, other or swapped, of no provider
-- we know, and rare beside it. A guess for a human: nothing is rewritten. A provider's own domain counts only where it is
-- the well-known one without its last letter ("yahoo.co"); those who wait for typos are known as disposable.
SELECT h.host, min(w.domain) AS meant
FROM hosts h JOIN domain_keys k ON k.host = h.host JOIN well_known_domains w ON abs(length(h.host) - length(w.domain)) <= 1
LEFT JOIN hosts b ON b.host = w.domain
WHERE h.emails BETWEEN 1 AND greatest(3, coalesce(b.emails, 0) // 50) AND (NOT k.free OR k.disposable OR h.host || 'm' = w.domain)
  AND CASE WHEN starts_with(h.host, left(w.domain, 3)) OR ends_with(h.host, substr(w.domain, 5))
           THEN damerau_levenshtein(h.host, w.domain) = 1 ELSE false END
GROUP BY h.host
