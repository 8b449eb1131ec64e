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

-- A whole name without the degrees that people put behind it: "Jane Doe, PhD" is no "Last, First". Without a comma only
-- spellings that are no name count.
CREATE OR REPLACE MACRO without_degrees(cell) AS
    nullif(regexp_replace(regexp_replace(cell,
        '(\s*,\s*(?i:(ph\.?\s?d|m\.?b\.?a|m\.?sc|b\.?sc|m\.?d|d\.?d\.?s|ll\.?m|esq|cpa|cfa|pmp)\.?))*[\s,]*$', ''),
        '(\s+(Ph\.?D\.?|MBA|M\.B\.A\.|M\.D\.|MSc|M\.Sc\.|BSc|B\.Sc\.|LL\.M\.|CPA|CFA|PMP|Esq\.?))+$', ''), '');

-- A name without the title before it, where a name is left.
CREATE OR REPLACE MACRO without_title(cell) AS
    regexp_replace(cell, '^(?i:(dr|prof|mr|mrs|ms|mx|herr|frau|hr|fr)\.?\s+|(dipl|ing|dott|med|habil|h\.\s?c)\.[\s-]*)+(\S)', '\3');

-- "Jr.", "III" and the like behind a whole name, after a comma or a blank, or ''.
CREATE OR REPLACE MACRO generation(cell) AS
    regexp_extract(cell, '\S[\s,]+\S.*?[\s,]+((?i:jr\.?|sr\.?|ii|iii|iv))$', 1);

-- The family name of a whole name written in its order, given names first: the last word, and the particles before it
-- ("van Beethoven", "de la Cruz", "al-Rahman", "Ortega y Gasset"). Chinese, Japanese and Korean script put it first. NULL
-- for one word. It does not know of two family names without a particle ("García Márquez"), of particles in given names,
-- nor of Western names written family name first without a comma.
CREATE OR REPLACE MACRO family_name(cell) AS
    CASE WHEN regexp_matches(cell, '^[\p{Han}\p{Hangul}\p{Hiragana}]+[ \x{3000}][\p{Han}\p{Hangul}\p{Hiragana}]+$')
         THEN regexp_extract(cell, '^([^ \x{3000}]+)', 1)
         WHEN regexp_full_match(cell, '((van|von|vom|de|del|della|di|da|dos|du|des|la|le|der|den|ter|ten|zu|zur|zum)\s)+\S+') THEN cell
         WHEN regexp_full_match(cell, '\S+\s[^\s-]{4,}') THEN regexp_extract(cell, '(\S+)$', 1)
         ELSE nullif(regexp_extract(cell,
             '^\S.*?\s+((?:(?:(?:(?i:van|von|vom|de|del|della|di|da|dos|du|des|la|le|der|den|ter|ten|bin|ibn|bint|zu|zur|zum|af|av)|do|das|dem|dei|degli|delle|las|les|lo|los|te|op|''t)\s+)+\S|(?i:al|el)-\S|\S+\s+y\s+\S).*|\S+)$', 1), '') END;

-- A word without hyphens of a name that was written in capitals or small letters alone. No regular expression here and
-- in the next: inside a lambda each is compiled again for every two thousand rows.
CREATE OR REPLACE MACRO recased_part(part) AS
    CASE WHEN starts_with(lower(part), 'mc') AND length(part) > 4 THEN 'Mc' || upper(substr(part, 3, 1)) || lower(substr(part, 4))
         WHEN substr(part, 2, 1) IN ('''', '’') AND lower(left(part, 1)) IN ('d', 'l', 'n', 'o') AND length(part) > 3
         THEN upper(left(part, 3)) || lower(substr(part, 4))
         ELSE upper(left(part, 1)) || lower(substr(part, 2)) END;

-- A word of such a name. Particles before the last word are small; two capitals, and three without a vowel, may be
-- initials and stay.
CREATE OR REPLACE MACRO recased_word(word, last) AS
    CASE WHEN NOT last AND lower(word) IN ('van', 'von', 'vom', 'de', 'del', 'della', 'di', 'da', 'dos', 'du', 'des', 'la', 'le', 'der', 'den', 'ter', 'ten', 'bin', 'ibn', 'bint', 'zu', 'zur', 'zum', 'af', 'av', 'do', 'das', 'y') THEN lower(word)
         WHEN lower(word) IN ('ii', 'iii', 'iv') OR length(replace(word, '.', '')) * 2 = length(word) THEN upper(word)
         WHEN word = upper(word) AND (length(word) = 2 OR length(word) = 3 AND translate(word, 'AEIOUY.', '') = word) THEN word
         WHEN NOT contains(word, '-') THEN recased_part(word)
         ELSE list_aggr(list_transform(string_split(word, '-'), lambda part:
                  CASE WHEN lower(part) = 'al' THEN 'al' ELSE recased_part(part) END), 'string_agg', '-') END;

-- A name in capitals or small letters alone, written as names are: "MCDONALD" → "McDonald", "o'hara" → "O'Hara", "VAN DYKE" →
-- "van Dyke". Any other case is somebody's choice and stays; so do other scripts than Latin, Turkish letters (whose I
-- has two small forms) and "IJ" (one letter in Dutch). "Mac" is taken for a part of the word ("Mack", "Macey").
CREATE OR REPLACE MACRO recased(cell) AS
    CASE WHEN regexp_matches(cell, '^[A-Z][a-z]') OR NOT (cell = upper(cell) OR cell = lower(cell)) THEN cell
         WHEN NOT regexp_full_match(cell, '[\p{Latin}\p{M}''’. -]+') OR regexp_matches(cell, '[İıŞşĞğ]|(?i:(^|[ -])ij)') THEN cell
         WHEN NOT contains(cell, ' ') THEN recased_word(cell, true)
         ELSE list_aggr(list_transform(string_split(cell, ' '),
                  lambda word, place: recased_word(word, place = length(cell) - length(replace(cell, ' ', '')) + 1)), 'string_agg', ' ') END;

-- A moment at which somebody can have changed something: "infinity" would be the newest for ever.
CREATE OR REPLACE MACRO moment(given) AS
    CASE WHEN given BETWEEN TIMESTAMPTZ '1900-01-01 00:00:00+00' AND TIMESTAMPTZ '2200-01-01 00:00:00+00' THEN given END;

-- A time as written, or NULL where its zone is none: no clock is more than 14 hours from UTC, though DuckDB takes "+99:99".
CREATE OR REPLACE MACRO zoned(cell) AS
    CASE WHEN regexp_matches(cell, ':[0-9.]+ ?[+-][0-9]')
              AND NOT regexp_matches(cell, ':[0-9.]+ ?[+-]((0[0-9]|1[0-3])(:?[0-5][0-9]){0,2}|14(:?00){0,2})([^0-9:]|$)') THEN NULL
         ELSE cell END;

-- Whether a cell holds characters that a terminal obeys instead of showing them.
CREATE OR REPLACE MACRO has_control(cell) AS regexp_matches(cell, '[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}]');

-- A cell without them, and without what they begin (a colour, a title); a vertical tab or a form feed is a blank.
CREATE OR REPLACE MACRO controlled(cell) AS
    CASE WHEN has_control(cell) THEN regexp_replace(regexp_replace(regexp_replace(cell,
        '(\x1B\[|\x{9B})[0-?]*[ -/]*[@-~]|\x1B\][^\x07\x1B]*(\x07|\x1B\\)', '', 'g'),
        '[\x0B\x0C\x{85}]', ' ', 'g'),
        '[\x00-\x08\x0E-\x1F\x7F-\x{9F}]', '', 'g') ELSE cell END;

-- A number without the currency around it, each blank or apostrophe between its digits as one blank.
CREATE OR REPLACE MACRO bare_number(cell) AS
    regexp_replace(regexp_extract(cell, '^\s*(?:[A-Z]{2,3})?\s*\p{Sc}?\s*(-?\d.*?)\s*\p{Sc}?\s*(?:[A-Z]{3})?\s*$', 1), '[\x{A0}\x{2009}\x{202F}''’]', ' ', 'g');

-- Which sign a bare number shows to be the decimal one: the last of two, one before other than three digits, the one that
-- the thousands are not parted with. NULL where it shows none: `12`, `1.234`.
CREATE OR REPLACE MACRO decimal_sign_of(bare) AS
    CASE WHEN regexp_full_match(bare, '-?(\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d+,\d{1,2}|\d*,\d{4,}|\d{4,},\d{3}|0,\d+|\d{1,3}( \d{3})+,\d+|\d+,\d+[Ee][+-]?\d{1,2})') THEN ','
         WHEN regexp_full_match(bare, '-?(\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}|\d+\.\d{1,2}|\d*\.\d{4,}|\d{4,}\.\d{3}|0\.\d+|\d{1,3}( \d{3})+\.\d+|\d+\.\d+[Ee][+-]?\d{1,2}|\d{1,2}(,\d{2})+,\d{3}(\.\d+)?)') THEN '.' END;
CREATE OR REPLACE MACRO decimal_sign(cell) AS decimal_sign_of(bare_number(cell));

-- The decimal sign of a column: the one that its cells show, unless they contradict each other.
CREATE OR REPLACE MACRO column_sign(sign) AS CASE WHEN count(DISTINCT sign) = 1 THEN min(sign) END;

-- Whether a cell is a number in which one sign parts either the thousands or the decimals.
CREATE OR REPLACE MACRO needs_sign(cell) AS regexp_full_match(bare_number(cell), '-?[1-9]\d{0,2}[.,]\d{3}');

-- A number as people write it; NULL when it is none, or when neither it nor its column says which sign is the decimal one.
CREATE OR REPLACE MACRO number_with(bare, sign) AS
    CASE WHEN sign IS NULL THEN CASE WHEN regexp_full_match(bare, '-?(\d+|\d{1,3}( \d{3})+|\d+[Ee]\+?\d{1,2})') THEN try_cast(replace(bare, ' ', '') AS DOUBLE) END
         WHEN sign = ',' THEN try_cast(replace(replace(replace(bare, ' ', ''), '.', ''), ',', '.') AS DOUBLE)
         ELSE try_cast(replace(replace(bare, ' ', ''), ',', '') AS DOUBLE) END;
CREATE OR REPLACE MACRO number_read(bare, own, sign, unclear) AS
    number_with(bare, CASE WHEN own IS NOT NULL THEN own WHEN unclear THEN sign END);
CREATE OR REPLACE MACRO finite(number) AS CASE WHEN isfinite(number) THEN number END;
CREATE OR REPLACE MACRO number_of(cell, sign) AS
    finite(number_read(bare_number(cell), decimal_sign(cell), sign, needs_sign(cell)));

-- A number of employees as its lower and its upper end and a plus behind it: a whole number, parted into thousands or not, or
-- a range, with words around it that say no more than what is counted. Empty where a cell says something else.
CREATE OR REPLACE MACRO employees(cell) AS
    regexp_extract(cell, '^(?i:(?:ca\.?|circa|about|approx\.?|approximately|around|over|more than|up to|less than|under|etwa|rund|über|mehr als|bis zu|environ|plus de|[~≈<>])\s*)?'
        || '(\d{1,3}(?:[.,''’ \x{A0}\x{202F}]\d{3})+|\d+)(?:[.,]0{1,2})?(?:\s*(?:-|–|—|to|bis|à|a)\s*(?:\d{1,3}(?:[.,''’ \x{A0}\x{202F}]\d{3})+|\d+))?\s*(\+?)'
        || '(?i:\s*(?:employees?|emps?|people|persons?|staff|ftes?|mitarbeiter\S*|mitarbeitende\S*|beschäftigte\S*|ma|employés?|salariés?|collaborateurs|personnes|empleados|personas|dipendenti|colaboradores|funcionários|anställda|ansatte|medewerkers|werknemers)\.?)?\s*$',
        ['lowest', 'more']);

-- The range that the CRM has for a number of employees, given as a number or as a range: its lower end decides.
CREATE OR REPLACE MACRO range_from(lowest, more) AS
    CASE WHEN lowest > 500 OR lowest = 500 AND more THEN '500+' WHEN lowest > 200 THEN '201-500'
         WHEN lowest > 50 THEN '51-200' WHEN lowest > 10 THEN '11-50' WHEN lowest >= 1 THEN '1-10' END;
CREATE OR REPLACE MACRO employee_range(cell) AS
    range_from(try_cast(regexp_replace(employees(cell).lowest, '\D', '', 'g') AS BIGINT), employees(cell).more = '+');

-- A list without what stands in it before; its argument must be a column, since a macro's is pasted wherever it stands.
CREATE OR REPLACE MACRO each_once(given) AS
    CASE WHEN len(given) > 1 THEN list_filter(given, lambda item, place: list_position(given, item) = place) ELSE given END;

-- What a cell about opting out says: `out`; `in`, a word that asks for messages; `no`, that nobody opted out; '' where it
-- says nothing; NULL where it cannot be read. A time is when somebody opted out.
CREATE OR REPLACE MACRO consent(cell) AS
    CASE WHEN lower(trim(cell)) IN ('true', 't', '1', '1.0', 'yes', 'y', 'x', 'on', '✓', '✔', 'ja', 'j', 'wahr', 'oui', 'vrai', 'si', 'sí', 'sì',
                 'verdadero', 'vero', 'unsubscribed', 'opted out', 'opted-out', 'opt-out', 'optout', 'cleaned', 'blacklisted', 'blocked') THEN 'out'
         WHEN lower(trim(cell)) IN ('subscribed', 'opted in', 'opted-in', 'opt-in', 'optin') THEN 'in'
         WHEN lower(trim(cell)) IN ('false', 'f', '0', '0.0', 'no', 'n', 'off', 'nein', 'falsch', 'non', 'faux', 'falso') THEN 'no'
         WHEN lower(trim(cell)) IN ('', '-', '--', 'n/a', 'unknown', 'no consent', 'archived') THEN ''
         WHEN moment(try_cast(cell AS TIMESTAMPTZ)) IS NOT NULL THEN 'out' END;

-- When somebody opted out or in, as a source gives it.
CREATE OR REPLACE MACRO consent_time(cell) AS moment(try_cast(zoned(cell) AS TIMESTAMPTZ));

-- What a source says of a record's end: NULL where it stands. Whatever is not one of the four words, and no word for no, is
-- taken for deleted.
CREATE OR REPLACE MACRO fate(cell) AS
    CASE WHEN unless_blank(trim(cell)) IS NULL OR lower(trim(cell)) IN ('', 'false', 'f', 'no', 'n', '0', '0.0') THEN NULL
         WHEN lower(trim(cell)) IN ('archived', 'merged', 'converted') THEN lower(trim(cell)) ELSE 'deleted' END;

-- What stands before a record's own id in its key; NULL where the key is not made of the id.
CREATE OR REPLACE MACRO before_id(record_key, source_id) AS
    CASE WHEN ends_with(record_key, ':' || source_id) THEN left(record_key, length(record_key) - length(source_id)) END;
