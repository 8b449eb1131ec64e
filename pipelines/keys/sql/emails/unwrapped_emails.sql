-- Distinct e-mail cells that are more, or less, than a plain address → the addresses in them, without what people wrap
-- around one: invisible characters, "Name <…>", "mailto:…?subject=…", Google's "* " before the primary one, a full stop
-- behind it. A cell of several addresses is parted where nothing else stands in it, or where each has its brackets.
WITH uncertain AS (
    SELECT DISTINCT raw FROM given_emails
    WHERE NOT plain_email(raw) OR lower(raw) IN (SELECT email FROM placeholder_emails)
), bare AS (
    SELECT raw, trim(nfc_normalize(visible_address(raw)), ' ' || chr(9) || chr(160)) AS text FROM uncertain
), parted AS (
    SELECT raw, CASE
        WHEN length(text) - length(replace(text, '@', '')) < 2 OR regexp_matches(text, '^(?i:mailto:)[^?]*\?') THEN [text]
        WHEN regexp_full_match(text, '([^<>@]*<[^<>@]+@[^<>@]+>)+[^<>@]*') THEN regexp_extract_all(text, '<([^<>]*)>', 1)
        WHEN regexp_full_match(text, '[^\s,;|@<>]+@[^\s,;|@<>]+((\s+/\s+|[\s,;|]+)[^\s,;|@<>]+@[^\s,;|@<>]+)+[\s,;|]*')
            THEN list_filter(string_split_regex(text, '\s+/\s+|[\s,;|]+'), lambda part: part <> '')
        ELSE [text] END AS parts
    FROM bare
), listed AS (
    SELECT raw, len(parts) AS parts, generate_subscripts(parts, 1) AS part, unnest(parts) AS text FROM parted
), opened AS (
    SELECT * REPLACE (CASE WHEN text LIKE '%<%@%>' THEN regexp_extract(text, '<([^<>]*)>\s*$', 1) ELSE text END AS text) FROM listed
), named AS (
    SELECT * REPLACE (regexp_replace(text, '^\* ', '') AS text) FROM opened
), addressed AS (
    SELECT * REPLACE (CASE WHEN regexp_matches(text, '^(?i:mailto:)') THEN coalesce(
        try(url_decode(regexp_extract(text, '^(?i:mailto:)([^?]*)', 1))), regexp_extract(text, '^(?i:mailto:)([^?]*)', 1))
        ELSE text END AS text) FROM named
)
SELECT raw, parts, part, text, domain, contains(text, '@') AND strlen(domain) <> length(domain) AS international
FROM (SELECT raw, parts, part, stripped AS text, regexp_extract(stripped, '([^@]*)$', 1) AS domain
      FROM (SELECT *, trim(regexp_replace(text, '[.,;]+$', '')) AS stripped FROM addressed))
