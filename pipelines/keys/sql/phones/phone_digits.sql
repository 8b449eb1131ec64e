-- The digits of each text that is written so plainly that libphonenumber reads nothing else in it: digits, the
-- punctuation that it skips, a plus before them, words before that, and an extension behind. All others have none.
WITH shaped AS (
    SELECT text, country,
           CASE WHEN regexp_full_match(text, '\+?[0-9]+') THEN 'bare'
                WHEN regexp_full_match(text, '\(?\+?[0-9 ./()-]*') THEN 'plain'
                WHEN contains(lower(text), 'fax') THEN NULL
                WHEN regexp_full_match(text, '[A-Za-z: ./()\[\]\x{A0}‐‑–-]*\+?[0-9 ./()\[\]\x{A0}‐‑–-]*') THEN 'worded'
                WHEN regexp_full_match(text, '[A-Za-z: ./()-]*\+?[ ./()-]*[0-9](?:[0-9 ./()-]*[0-9)])?[ ,]*(?i:ext(?:n|ension)?|x|int)[:.]?[ ,-]*[0-9]{1,9}[ ./()-]*')
                THEN 'extended' END AS shape
    FROM phone_texts
), split AS (
    SELECT text, country, shape,
           CASE shape WHEN 'worded' THEN regexp_extract(text, '[+0-9].*')
                      WHEN 'extended' THEN regexp_extract(text, '^[^+0-9]*([+0-9][^A-Za-z,]*)', 1) END AS number,
           CASE shape WHEN 'extended' THEN regexp_extract(text, '([0-9]+)[^0-9]*$', 1) END AS extension
    FROM shaped
), read AS (
    SELECT text, country, extension, contains(coalesce(number, text), '+') AS international,
           CASE shape
               WHEN 'bare' THEN replace(text, '+', '')
               WHEN 'plain' THEN replace(replace(replace(replace(replace(replace(replace(text, ' ', ''), '-', ''), '.', ''), '/', ''), '(', ''), ')', ''), '+', '')
               ELSE regexp_replace(number, '[^0-9]', '', 'g') END AS digits
    FROM split
)
SELECT text, country, extension, international, CASE WHEN length(digits) BETWEEN 5 AND 15 THEN digits END AS digits FROM read
