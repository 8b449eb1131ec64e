-- A cell as one line of text, or NULL when it says nothing. NBSP, BOM and zero-width characters count as blank.
CREATE OR REPLACE MACRO trimmed_text(cell) AS
    nullif(trim(replace(replace(replace(cell, chr(10), ' '), chr(13), ''), chr(160), ' '), ' ' || chr(9) || chr(8203) || chr(65279)), '');

-- The same: cheap tests find the many cells in ASCII with nothing to trim, the rest takes the long way.
CREATE OR REPLACE MACRO plain_text(cell) AS
    CASE WHEN strlen(cell) = length(cell) AND NOT starts_with(cell, ' ') AND NOT ends_with(cell, ' ')
              AND NOT contains(cell, chr(9)) AND NOT contains(cell, chr(10)) AND NOT contains(cell, chr(13)) THEN nullif(cell, '')
         ELSE trimmed_text(cell) END;

-- What people write for "nothing" in a name, a title or a company cell.
CREATE OR REPLACE MACRO unless_blank(cell) AS
    CASE WHEN strlen(cell) <= 7 AND regexp_full_match(cell, '(?i:-|--|\.|\?|n/a|n\.a\.|#n/a|\(none\)|unknown)') THEN NULL ELSE cell END;

-- The members of a list as one text, whatever their order. Most lists have one member or none.
CREATE OR REPLACE MACRO in_any_order(members) AS
    CASE WHEN len(members) < 2 THEN coalesce(members[1], '') ELSE array_to_string(list_sort(members), chr(30)) END;

-- A whole name without the degrees that people put behind it: "Jane Doe, PhD" is no "Last, First".
CREATE OR REPLACE MACRO without_degrees(cell) AS
    nullif(regexp_replace(cell, '(\s*,\s*(ph\.?\s?d|m\.?b\.?a|m\.?sc|m\.?d|esq|cpa|cfa|pmp)\.?)*[\s,]*$', '', 'i'), '');

-- Letters and digits alone, without accents and case: for comparing, never for keeping. Plain words are folded at once.
CREATE OR REPLACE MACRO folded(cell) AS
    CASE WHEN regexp_full_match(cell, '[A-Za-z0-9]+( [A-Za-z0-9]+)*') THEN lower(cell)
         WHEN regexp_full_match(strip_accents(cell), '[A-Za-z0-9]+( [A-Za-z0-9]+)*') THEN lower(strip_accents(cell))
         ELSE nullif(trim(regexp_replace(lower(strip_accents(nfc_normalize(cell))), '[^\p{L}\p{N}]+', ' ', 'g')), '') END;

-- The host of a web address, or of what stands for one.
CREATE OR REPLACE MACRO host_of(cell) AS
    CASE WHEN regexp_full_match(cell, 'www\.[a-z0-9-]+\.[a-z0-9.-]+') THEN substr(cell, 5)
         WHEN regexp_full_match(cell, '[a-z0-9-]+\.[a-z0-9.-]+') THEN cell
         ELSE nullif(regexp_extract(lower(cell), '^(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)', 1), '') END;

-- Whether a cell is nothing but one address in ASCII, as nearly all are: lower case makes it a key. What is not plain may
-- be an address all the same.
CREATE OR REPLACE MACRO plain_email(cell) AS
    regexp_full_match(cell, '[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,59})')
    AND strlen(cell) <= 254 AND position('@' IN cell) <= 65;

-- Text without the characters that nobody sees: soft hyphens, zero-width characters, direction marks, byte order marks.
CREATE OR REPLACE MACRO visible(cell) AS
    regexp_replace(cell, '[\x{00AD}\x{061C}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]', '', 'g');

-- A moment at which somebody can have changed something: "infinity" would be the newest for ever.
CREATE OR REPLACE MACRO moment(given) AS
    CASE WHEN given BETWEEN TIMESTAMPTZ '1900-01-01 00:00:00+00' AND TIMESTAMPTZ '2200-01-01 00:00:00+00' THEN given END;

-- A number as people write it, with or without thousands separators and a currency sign; NULL when it is none.
CREATE OR REPLACE MACRO plain_number(cell) AS
    try_cast(regexp_replace(cell, '[,''’\s$€£]', '', 'g') AS DOUBLE);

-- The first whole number in a cell.
CREATE OR REPLACE MACRO lower_end(cell) AS
    try_cast(regexp_extract(regexp_replace(cell, '(\d)[,.''’](\d{3})', '\1\2', 'g'), '\d+') AS BIGINT);

-- The range that the CRM has for a number of employees, given as a number or as a range: its lower end decides.
CREATE OR REPLACE MACRO employee_range(cell) AS
    CASE WHEN regexp_matches(cell, '500\s*\+') THEN '500+'
         ELSE CASE WHEN lower_end(cell) > 500 THEN '500+' WHEN lower_end(cell) > 200 THEN '201-500'
                   WHEN lower_end(cell) > 50 THEN '51-200' WHEN lower_end(cell) > 10 THEN '11-50'
                   WHEN lower_end(cell) >= 1 THEN '1-10' END END;
-- TEMP
CREATE OR REPLACE MACRO mailbox(email) AS email;
