-- A cell as one line of text, or NULL when it says nothing. NBSP, BOM and zero-width characters count as blank.
CREATE OR REPLACE MACRO plain_text(cell) AS
    nullif(trim(replace(replace(replace(cell, chr(10), ' '), chr(13), ''), chr(160), ' '), ' ' || chr(9) || chr(8203) || chr(65279)), '');

-- What people write for "nothing" in a name, a title or a company cell.
CREATE OR REPLACE MACRO unless_blank(cell) AS
    CASE WHEN lower(cell) IN ('-', '--', '.', '?', 'n/a', 'n.a.', '#n/a', '(none)', 'unknown') THEN NULL ELSE cell END;

-- A whole name without the degrees that people put behind it: "Jane Doe, PhD" is no "Last, First".
CREATE OR REPLACE MACRO without_degrees(cell) AS
    nullif(regexp_replace(cell, '(\s*,\s*(ph\.?\s?d|m\.?b\.?a|m\.?sc|m\.?d|esq|cpa|cfa|pmp)\.?)*[\s,]*$', '', 'i'), '');

-- Letters and digits alone, without accents and case: for comparing, never for keeping.
CREATE OR REPLACE MACRO folded(cell) AS
    nullif(trim(regexp_replace(lower(strip_accents(nfc_normalize(cell))), '[^\p{L}\p{N}]+', ' ', 'g')), '');

-- The host of a web address, or of what stands for one.
CREATE OR REPLACE MACRO host_of(cell) AS
    nullif(regexp_extract(lower(cell), '^(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)', 1), '');

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
