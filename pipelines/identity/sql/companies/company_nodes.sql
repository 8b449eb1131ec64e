-- Everything that stands for a company, with a number to work on: records, what contact records say of theirs, and the
-- CRM's companies. `base` is the name without a legal form, where those who bear it do not differ in theirs.
WITH given AS (
    SELECT record_key AS name, domain, name_fold, folded(city) AS city, emails, phones FROM company_records
    UNION ALL
    SELECT DISTINCT name, domain, name_fold, NULL, []::VARCHAR[], []::VARCHAR[] FROM said_companies WHERE name_fold IS NOT NULL
    UNION ALL
    SELECT 'crm:' || crm_id, domain, folded(name), folded(city), emails, phones FROM current_companies
), formed AS (
    SELECT *, coalesce(without_legal_form(name_fold), name_fold) AS bare, legal_form(name_fold) AS form FROM given
), forms AS (
    SELECT bare, count(DISTINCT nullif(form, '')) AS forms FROM formed GROUP BY bare
)
SELECT row_number() OVER () AS node, f.name, f.domain, f.name_fold, CASE WHEN o.forms > 1 THEN f.name_fold ELSE f.bare END AS base,
       f.city, f.emails, f.phones
FROM formed f LEFT JOIN forms o ON o.bare = f.bare
