-- Distinct e-mail cell → the address as a key, or the reason why there is none. A role mailbox is an address that
-- joins nobody: `role` says so. The local part's alphabet is RFC 5322's dot-atom, with letters of any script.
WITH addressed AS (
    SELECT u.raw, coalesce(i.folded, lower(u.text)) AS email, i.reason FROM unwrapped_emails u
    LEFT JOIN international_emails i ON i.text = u.text AND u.international
), judged AS (
    SELECT raw, email, CASE
        WHEN reason IS NOT NULL THEN reason
        WHEN email IN ('', '-', '--', '.', 'n/a', 'na', 'none', 'null', 'nil', 'no', 'unknown', '#n/a', 'keine')
             OR email IN (SELECT email FROM placeholder_emails) THEN 'stands for "no e-mail"'
        WHEN strlen(email) > 254 OR position('@' IN email) > 65 THEN 'longer than an e-mail address can be'
        WHEN NOT regexp_full_match(email,
             '[\p{L}\p{M}\p{N}!#$%&''*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&''*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})')
             THEN 'not an e-mail address'
        END AS reason
    FROM addressed
)
SELECT raw,
       CASE WHEN reason IS NULL THEN email END AS email,
       CASE WHEN reason IS NULL THEN split_part(email, '@', 2) END AS host,
       reason IS NULL AND split_part(email, '@', 1) IN (SELECT local_part FROM role_mailboxes) AS role,
       reason
FROM judged
