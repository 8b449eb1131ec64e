-- The numbers of each distinct cell, or the reason why there is none: one row, or one a part where it holds several. A
-- cell is taken apart only if that gives a number; if it can be read as one number with a long extension, only if every
-- part is a number. Two people behind one switchboard: the extension tells them apart, so it is part of the number.
WITH parts AS (
    SELECT p.raw, p.country, p.part, p.text, coalesce(r.outcome, 'fragment') AS outcome, r.number, r.extension
    FROM phone_parts p LEFT JOIN phone_places r ON r.text = p.text AND r.country = p.country AND r.outcome <> 'unsure'
), divided AS (
    SELECT p.raw, p.country
    FROM parts p JOIN phone_cells c ON c.text = p.raw AND c.country = p.country AND c.outcome <> 'unsure'
    GROUP BY p.raw, p.country
    HAVING count(*) FILTER (p.outcome = 'number') > 0
       AND (count(*) FILTER (c.outcome = 'number') = 0
            OR count(*) FILTER (p.outcome = 'number' AND p.extension IS NULL) = count(*))
), chosen AS (
    SELECT c.text AS raw, c.country, 1 AS part, c.text, c.outcome, c.number, c.extension
    FROM phone_cells c ANTI JOIN divided d ON d.raw = c.text AND d.country = c.country WHERE c.outcome <> 'unsure'
    UNION ALL
    SELECT p.* FROM parts p SEMI JOIN divided d ON d.raw = p.raw AND d.country = p.country
)
SELECT raw, country, part, text,
       CASE WHEN outcome = 'number' THEN number || coalesce(' ext. ' || extension, '') END AS phone,
       CASE WHEN outcome = 'number' THEN extension END AS extension,
       CASE outcome WHEN 'number' THEN NULL
            WHEN 'invalid' THEN 'no number that can be dialled'
            WHEN 'premium' THEN 'a premium-rate number'
            WHEN 'nothing' THEN 'stands for "no phone"'
            WHEN 'fax' THEN 'a fax number'
            WHEN 'fragment' THEN 'a part of a cell, too short for a number'
            WHEN 'homeless' THEN CASE country WHEN '' THEN 'a national number of no known country (set match.default_region)'
                                 ELSE 'a national number, and its row''s country is none that we know' END
            ELSE 'not a phone number' END AS reason
FROM chosen
