-- The linked companies in which something stands that we did not write and that the ledger does not have yet, with all
-- the fields that it shall have of them. A company keeps its name: it is not asked for.
WITH sides AS (
    SELECT c.*, coalesce(w.sent, '{}') AS sent, coalesce(s.found, '{}') AS known
    FROM (FROM current_companies SEMI JOIN company_matches USING (crm_id)) c
    LEFT JOIN written_companies w USING (crm_id) LEFT JOIN found_companies s USING (crm_id)
), kept AS (
    SELECT crm_id, known, '{' || concat_ws(',',
        CASE WHEN website IS NOT NULL AND NOT contains(sent, '"website":') OR contains(known, '"website":') THEN '"website":true' END,
        CASE WHEN industry IS NOT NULL AND NOT contains(sent, '"industry":') OR contains(known, '"industry":') THEN '"industry":true' END,
        CASE WHEN size IS NOT NULL AND NOT contains(sent, '"size":') OR contains(known, '"size":') THEN '"size":true' END,
        CASE WHEN annual_revenue IS NOT NULL AND NOT contains(sent, '"annual_revenue":') OR contains(known, '"annual_revenue":') THEN '"annual_revenue":true' END,
        CASE WHEN email IS NOT NULL AND NOT contains(sent, '"email":') OR contains(known, '"email":') THEN '"email":true' END,
        CASE WHEN phone IS NOT NULL AND NOT contains(sent, '"phone":') OR contains(known, '"phone":') THEN '"phone":true' END,
        CASE WHEN street IS NOT NULL AND NOT contains(sent, '"address.street":') OR contains(known, '"address.street":') THEN '"address.street":true' END,
        CASE WHEN city IS NOT NULL AND NOT contains(sent, '"address.city":') OR contains(known, '"address.city":') THEN '"address.city":true' END,
        CASE WHEN state IS NOT NULL AND NOT contains(sent, '"address.state":') OR contains(known, '"address.state":') THEN '"address.state":true' END,
        CASE WHEN country IS NOT NULL AND NOT contains(sent, '"address.country":') OR contains(known, '"address.country":') THEN '"address.country":true' END,
        CASE WHEN postal_code IS NOT NULL AND NOT contains(sent, '"address.postal_code":') OR contains(known, '"address.postal_code":') THEN '"address.postal_code":true' END) || '}' AS found
    FROM sides
)
SELECT crm_id, found FROM kept WHERE found <> known
