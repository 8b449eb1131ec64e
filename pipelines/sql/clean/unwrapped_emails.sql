-- Distinct e-mail cells without what people wrap around an address: invisible characters, "mailto:", "Name <…>",
-- Google's "* " before the primary one, a full stop or comma behind it. `international` ones are folded in Python: SQL's lower() knows ASCII well only.
WITH bare AS (
    SELECT raw, trim(nfc_normalize(regexp_replace(raw,
               '[\x{00AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]', '', 'g')), ' ' || chr(9) || chr(160)) AS text
    FROM (SELECT DISTINCT raw FROM given_emails)
), unwrapped AS (
    SELECT raw, CASE WHEN text LIKE '%<%@%>' THEN regexp_extract(text, '<([^<>]*)>\s*$', 1) ELSE text END AS text
    FROM bare
), stripped AS (
    SELECT raw, trim(regexp_replace(regexp_replace(regexp_replace(text, '^\* ', ''), '^(?i:mailto:)', ''), '[.,;]+$', '')) AS text
    FROM unwrapped
)
SELECT raw, text, strlen(text) <> length(text) AS international FROM stripped
