-- Each row's e-mails in its order: the keys, the shared mailboxes, and the domain it works under.
SELECT g.object, g.landing, g.row,
       list(k.email ORDER BY g.ord) FILTER (k.email IS NOT NULL AND NOT k.role) AS emails,
       list(k.email ORDER BY g.ord) FILTER (k.email IS NOT NULL AND k.role) AS role_emails,
       arg_min(d.domain, g.ord) FILTER (d.domain IS NOT NULL AND NOT d.free) AS domain
FROM given_emails g JOIN email_keys k USING (raw) LEFT JOIN domain_keys d ON d.host = k.host
GROUP BY g.object, g.landing, g.row
