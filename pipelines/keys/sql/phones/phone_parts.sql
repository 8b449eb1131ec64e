-- The parts of each cell that may hold several numbers: one that is no number as a whole, or whose "extension" is as
-- long as a number, as in 3125550115; 3125550116. What people put between numbers also stands within one, as in
-- 0171/1234567: unless the first part with digits has as many as a number has, the cell is left whole.
WITH cut AS (
    SELECT text AS raw, country,
           list_filter(list_transform(
               regexp_split_to_array(text, '(?i)[;,/|\\\n\r\t]|:::|\s(?:or|and|oder|und|bzw\.?|ou|et|o|y|e|&)\s'),
               lambda part: trim(part, ' :' || chr(160))), lambda part: part <> '') AS parts
    FROM phone_cells
    WHERE (outcome IN ('unreadable', 'invalid', 'fax') OR length(extension) >= 7)
      AND regexp_matches(text, '[;,/|\\\n\r\t&]|:::|\s[A-Za-z]')
), counted AS (
    SELECT raw, country, parts,
           list_transform(parts, lambda part: length(regexp_replace(part, '[^\p{Nd}]', '', 'g'))) AS digits
    FROM cut WHERE len(parts) > 1
)
SELECT raw, country, generate_subscripts(parts, 1) AS part, unnest(parts) AS text, unnest(digits) AS digits
FROM counted WHERE list_filter(digits, lambda held: held > 0)[1] >= 7
