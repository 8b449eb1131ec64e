-- Each row's e-mails in its order: the keys, the shared mailboxes, and the domain it works under.
WITH worked AS (
    SELECT e.*, d.domain FROM read_emails e LEFT JOIN domain_keys d ON d.host = e.host AND NOT d.free
)
SELECT object, landing, row, CASE WHEN role THEN [] ELSE [email] END AS emails, CASE WHEN role THEN [email] ELSE [] END AS role_emails, domain
FROM worked WHERE alone
UNION ALL
SELECT object, landing, row,
       coalesce(list(email ORDER BY ord, part) FILTER (NOT role), []),
       coalesce(list(email ORDER BY ord, part) FILTER (role), []),
       arg_min(domain, ord * 1000 + part) FILTER (domain IS NOT NULL)
FROM worked WHERE NOT alone GROUP BY object, landing, row
