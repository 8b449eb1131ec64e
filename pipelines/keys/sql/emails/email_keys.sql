-- What is in a distinct e-mail cell that is no plain address: for each of its parts an address as a key, or the reason
-- why there is none. One part that is no address spoils its cell. A role mailbox is an address that joins nobody. The
-- local part's alphabet is RFC 5322's dot-atom, with letters of any script. Case is folded letter by letter, so "ß" stays.
WITH addressed AS (
    SELECT raw, parts, part, CASE
               WHEN NOT contains(u.text, '@') THEN nfc_normalize(lower(u.text))
               ELSE nfc_normalize(lower(left(u.text, length(u.text) - length(u.domain) - 1))) || '@' || coalesce(n.name, lower(u.domain))
               END AS email, u.international AND n.name IS NULL AS nowhere
    FROM unwrapped_emails u LEFT JOIN ascii_domains n ON n.given = u.domain AND u.international
), judged AS (
    SELECT raw, parts, part, email, CASE
        WHEN nowhere THEN 'its domain is no domain name'
        WHEN email IN ('', '-', '--', '.', 'n/a', 'na', 'none', 'null', 'nil', 'no', 'unknown', '#n/a', 'keine')
             OR email IN (SELECT email FROM placeholder_emails) THEN 'stands for "no e-mail"'
        WHEN strlen(email) > 254 OR position('@' IN email) > 65 THEN 'longer than an e-mail address can be'
        WHEN NOT regexp_full_match(email,
             '[\p{L}\p{M}\p{N}!#$%&''*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&''*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})')
             THEN 'not an e-mail address'
        END AS reason
    FROM addressed
), settled AS (
    SELECT raw, parts, part, email, CASE
        WHEN parts > 1 AND count(reason) FILTER (reason <> 'stands for "no e-mail"') OVER (PARTITION BY raw) > 0
        THEN 'several addresses, and one that cannot be read' ELSE reason END AS reason
    FROM judged
)
SELECT raw, parts, part, CASE WHEN reason IS NULL THEN email END AS email, reason FROM settled
