-- The components that count: as phones join them, except where that would make several CRM contacts one person;
-- there only what joins for certain does.
SELECT w.name, CASE WHEN w.component IN (SELECT component FROM crowded_components)
                    THEN 'f' || f.component ELSE 'w' || w.component END AS component
FROM components w LEFT JOIN firm_components f ON f.name = w.name
WHERE f.name IS NOT NULL
