-- Whether a word is another one with a slip of the pen: a letter more, less, other or swapped. Short words are too near
-- to each other to tell, and so are generations: "Doe Jr" is not "Doe Sr".
CREATE OR REPLACE MACRO slipped(a, b) AS least(length(a), length(b)) >= 5 AND damerau_levenshtein(a, b) = 1
    AND NOT regexp_matches(a, ' (jr|sr|i+|iv)$') AND NOT regexp_matches(b, ' (jr|sr|i+|iv)$');

-- What stands behind the first word of a first name.
CREATE OR REPLACE MACRO further_names(first) AS substr(first, length(split_part(first, ' ', 1)) + 2);

-- Whether two names, folded, may be one person's. A missing part fits anything; so does an initial what it begins, a
-- longer form (a middle name, a double name) the shorter, and a nickname its formal name (`nick`, from nickname_pairs, is
-- about the first word; what stands behind it must fit, too).
-- A slip in the last name fits, and one in the first beside it; one in the first name alone does not: that is how
-- brothers and sisters are called.
CREATE OR REPLACE MACRO part_fits(a, b) AS
    a = b OR a = '' OR b = '' OR starts_with(a, b || ' ') OR starts_with(b, a || ' ')
    OR (length(a) = 1 AND starts_with(b, a)) OR (length(b) = 1 AND starts_with(a, b));
CREATE OR REPLACE MACRO names_fit(first_a, last_a, first_b, last_b, nick) AS
    (part_fits(last_a, last_b) AND (part_fits(first_a, first_b) OR (nick AND part_fits(further_names(first_a), further_names(first_b)))))
    OR (slipped(last_a, last_b) AND (part_fits(first_a, first_b) OR slipped(first_a, first_b)))
    OR (first_a = last_b AND first_b = last_a);

-- Whether a name says who is meant: both parts, and more of each than an initial.
CREATE OR REPLACE MACRO is_whole(first, last) AS length(first) > 1 AND length(last) > 1;

-- Whether two names say that they are one person: both whole, the last names equal, the first names equal but for a
-- middle name; or swapped. A nickname does not: "Louise" is short for nobody who has an address of his own.
CREATE OR REPLACE MACRO names_agree(first_a, last_a, first_b, last_b) AS
    is_whole(first_a, last_a) AND is_whole(first_b, last_b)
    AND ((last_a = last_b AND (first_a = first_b OR starts_with(first_a, first_b || ' ') OR starts_with(first_b, first_a || ' ')))
         OR (first_a = last_b AND first_b = last_a));

-- The part of a LinkedIn profile's address that names its owner; NULL for anything else.
CREATE OR REPLACE MACRO profile(given) AS
    nullif(regexp_extract(lower(given), '^\s*(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/((?:in|pub)/[^/?#\s]+)', 1), '');

-- An id that several sources share; NULL for what people write for nothing.
CREATE OR REPLACE MACRO shared_id(given) AS
    CASE WHEN regexp_matches(lower(trim(given)), '^(|[-.?0]+|n/?a|#n/a|none|null|nil|unknown|test)$') THEN NULL ELSE trim(given) END;

-- UUIDv5 (RFC 9562, 5.5) of a name in a namespace, which is given as 32 hexadecimal digits, in two steps: a macro's argument
-- is worked out wherever it stands, so the digits want a column of their own.
CREATE OR REPLACE MACRO uuid5_digits(namespace, name) AS sha1(unhex(namespace) || encode(name));
CREATE OR REPLACE MACRO uuid5_of(digits) AS
    substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-5' || substr(digits, 14, 3) || '-'
    || substr('89ab', 1 + (strpos('0123456789abcdef', substr(digits, 17, 1)) - 1) % 4, 1) || substr(digits, 18, 3) || '-' || substr(digits, 21, 12);

-- A record's place for one field: the sources that the field's own list names go first, in its order; within one, and
-- without a list, the field's rule decides. Who has one record only needs no other order than `first`.
CREATE OR REPLACE MACRO place_by(rule, sources, source_order, first, newest, fullest) AS
    CASE WHEN len(sources) = 0 THEN 0 ELSE coalesce(nullif(list_position(sources, source_order), 0), 1000000)::BIGINT END * 1000000000
    + CASE rule WHEN 'newest' THEN coalesce(newest, first) WHEN 'most_complete' THEN coalesce(fullest, first) ELSE first END;

-- The first or last name that an address of the form first.last@ spells.
CREATE OR REPLACE MACRO spelled_name(email, part) AS
    nullif(upper(substr(regexp_extract(email, '^([a-z]{2,})\.([a-z]{2,})@', part), 1, 1)) || substr(regexp_extract(email, '^([a-z]{2,})\.([a-z]{2,})@', part), 2), '');

-- An e-mail or phone as it joins: one Gmail mailbox has many spellings, if the settings say so.
CREATE OR REPLACE MACRO joining_key(kind, key) AS
    CASE WHEN kind = 'email' AND (SELECT gmail_variants FROM setting) THEN mailbox(key) ELSE key END;

-- How many different people the names on a key stand for, at least: names count as different where both parts differ,
-- for one person's are mistyped in one or the other; but of four times as many spellings each is taken for a person.
CREATE OR REPLACE MACRO people_named(first, last) AS
    greatest(least(count(DISTINCT coalesce(nullif(first, ''), last)), count(DISTINCT coalesce(nullif(last, ''), first))),
             count(DISTINCT first || '|' || last) // 4);
