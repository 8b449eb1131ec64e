-- Every address that an e-mail cell holds, as a key, where it stands, and whether it is a role mailbox, which joins
-- nobody. `alone`: its row holds no other cell and its cell no other address.
SELECT *, split_part(email, '@', 2) AS host, split_part(email, '@', 1) IN (SELECT local_part FROM role_mailboxes) AS role
FROM (
    SELECT g.object, g.landing, g.row, g.ord, g.raw, coalesce(k.part, 1) AS part, g.cells * coalesce(k.parts, 1) = 1 AS alone,
           CASE WHEN k.raw IS NULL THEN lower(g.raw) ELSE k.email END AS email
    FROM given_emails g LEFT JOIN email_keys k ON k.raw = g.raw
)
WHERE email IS NOT NULL
