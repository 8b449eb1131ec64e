-- What each text's digits are by the plan that they are looked up in, as `Outcome` in plans.py names it; `unsure`
-- where no plan is certain. A place in a plan is a number: the digits behind a one, so that leading zeros count, and
-- behind the number of the plan; plan 0 is what is written with a plus.
WITH dialled AS (
    SELECT d.text, d.country, c.region, d.extension, d.digits,
           d.digits IS NOT NULL AND NOT d.international AND c.region IS NULL AS homeless,
           CASE WHEN d.international THEN 0 ELSE c.plan END * 2000000000000000 + ('1' || d.digits)::BIGINT AS place
    FROM phone_digits d JOIN phone_countries c USING (country)
), found AS (
    SELECT d.*, r.lead, r.dropped,
           CASE WHEN d.homeless THEN 'homeless' WHEN d.place IS NULL THEN 'unsure'
                WHEN d.place <= r.high THEN r.outcome ELSE 'invalid' END AS outcome
    FROM dialled d ASOF LEFT JOIN phone_ranges r ON d.place >= r.low
), abroad AS (
    SELECT text, country, region, extension, substr(digits, dropped + 1) AS digits,
           CASE WHEN length(digits) - dropped >= 5 THEN ('1' || substr(digits, dropped + 1))::BIGINT END AS place
    FROM found WHERE outcome = 'abroad'
), looked_up AS (
    SELECT text, country, region, extension, digits, lead, dropped, outcome FROM found WHERE outcome <> 'abroad'
    UNION ALL
    SELECT a.text, a.country, a.region, a.extension, a.digits, r.lead, r.dropped,
           CASE WHEN a.place IS NULL THEN 'unsure' WHEN a.place <= r.high THEN r.outcome ELSE 'invalid' END
    FROM abroad a ASOF LEFT JOIN phone_ranges r ON a.place >= r.low
)
SELECT text, country, region, outcome, '+' || lead || substr(digits, dropped + 1) AS number, extension FROM looked_up
