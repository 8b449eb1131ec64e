-- What phones and names (`wide`), or phones alone (`phone`), must not make one company: two domains, or two companies
-- of the CRM.
WITH levelled AS (
    SELECT 'wide' AS level, component, node AS unit FROM company_wide_components
    UNION ALL
    SELECT 'phone', component, node FROM company_phone_components
)
SELECT l.level, l.component FROM levelled l JOIN company_units u USING (unit) JOIN company_nodes n ON n.node = u.node
GROUP BY l.level, l.component
HAVING count(DISTINCT CASE WHEN u.domain IS NOT NULL THEN u.unit END) > 1
    OR count(DISTINCT CASE WHEN starts_with(n.name, 'crm:') THEN u.unit END) > 1
