-- A cell as one line of text, or NULL when it says nothing. NBSP, BOM and zero-width characters count as blank.
CREATE OR REPLACE MACRO plain_text(cell) AS
    nullif(trim(replace(replace(replace(cell, chr(10), ' '), chr(13), ''), chr(160), ' '), ' ' || chr(9) || chr(8203) || chr(65279)), '');

-- What people write for "nothing" in a name, a title or a company cell.
CREATE OR REPLACE MACRO unless_blank(cell) AS
    CASE WHEN lower(cell) IN ('-', '--', '.', '?', 'n/a', 'n.a.', '#n/a', '(none)', 'unknown') THEN NULL ELSE cell END;

-- Letters and digits alone, without accents and case: for comparing, never for keeping.
CREATE OR REPLACE MACRO folded(cell) AS
    nullif(trim(regexp_replace(lower(strip_accents(nfc_normalize(cell))), '[^\p{L}\p{N}]+', ' ', 'g')), '');

-- The host of a web address, or of what stands for one.
CREATE OR REPLACE MACRO host_of(cell) AS
    nullif(regexp_extract(lower(cell), '^(?:[a-z]+://)?(?:[^/@\s]*@)?(?:www\.)?([^/:?#\s]+)', 1), '');
