-- A cell as one line of text, or NULL when it says nothing. NBSP, BOM and zero-width characters count as blank.
CREATE OR REPLACE MACRO trimmed_text(cell) AS
    nullif(trim(replace(replace(replace(replace(cell, chr(10), ' '), chr(13), ''), chr(9), ' '), chr(160), ' '), ' ' || chr(8203) || chr(65279)), '');

-- Letters and digits alone, without accents and case: for comparing, never for keeping. Plain words are folded at once.
CREATE OR REPLACE MACRO folded(cell) AS
    CASE WHEN regexp_full_match(cell, '[A-Za-z0-9]+( [A-Za-z0-9]+)*') THEN lower(cell)
         WHEN regexp_full_match(strip_accents(cell), '[A-Za-z0-9]+( [A-Za-z0-9]+)*') THEN lower(strip_accents(cell))
         ELSE nullif(trim(regexp_replace(replace(lower(strip_accents(nfc_normalize(cell))), 'ß', 'ss'), '[^\p{L}\p{N}]+', ' ', 'g')), '') END;

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

-- Text without the characters that nobody sees: soft hyphens, zero-width blanks, direction marks, byte order marks. The
-- two joiners stay: Persian and Indic names are spelled with them. NULL when nothing is left. A macro's argument is
-- written out wherever it stands in the macro: give it a column, not an expression.
CREATE OR REPLACE MACRO visible(cell) AS
    CASE WHEN strlen(cell) = length(cell) THEN cell
         WHEN NOT regexp_matches(cell, '[\x{00AD}\x{061C}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]') THEN cell
         ELSE trimmed_text(regexp_replace(cell, '[\x{00AD}\x{061C}\x{180E}\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2069}\x{FEFF}]', '', 'g')) END;

-- An address without any of them: no domain and hardly a mailbox is spelled with a joiner.
CREATE OR REPLACE MACRO visible_address(cell) AS
    CASE WHEN strlen(cell) = length(cell) THEN cell ELSE coalesce(regexp_replace(visible(cell), '[\x{200C}\x{200D}]', '', 'g'), '') END;

-- Whether a word has letters of Latin and of another script that looks like it: "аdа", whose "а" is Cyrillic.
CREATE OR REPLACE MACRO mixes_scripts(text) AS
    strlen(text) <> length(text) AND regexp_matches(text, '\p{Latin}[\p{L}\p{M}\p{N}]*[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]|[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}][\p{L}\p{M}\p{N}]*\p{Latin}');

-- The mailbox that an address leads to, where Google says so: for gmail.com and googlemail.com, which are one, dots and a
-- tag behind "+" make no difference. Other providers promise nothing of the kind, so other addresses stay as they are.
-- Takes a key as `read_emails` makes it. A local part of nothing else stays, too.
CREATE OR REPLACE MACRO mailbox(email) AS
    CASE WHEN regexp_matches(email, '^\.*[^+@.][^@]*@(gmail|googlemail)\.com$')
         THEN replace(regexp_extract(email, '^([^+@]*)', 1), '.', '') || '@gmail.com' ELSE email END;
