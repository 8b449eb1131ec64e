-- Which record each field of a person with several comes from. First and last name come as a pair from one record where
-- any record has both; one whose file has landed anew without it only where no other says that there is no name. A record
-- that says that there is nothing has spoken, too: then the pick has no value.
SELECT person, count(*) AS records, arg_min(node, place) AS node,
       coalesce(arg_min(node, first_name_place) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL AND NOT outdated),
                CASE WHEN count(*) FILTER (first_name IS NOT NULL AND NOT outdated) = 0
                     THEN arg_min(node, first_name_place) FILTER (list_contains(cleared, 'first_name') AND NOT outdated) END,
                arg_min(node, first_name_place) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL),
                arg_min(node, first_name_place) FILTER (first_name IS NOT NULL)) AS first_name,
       coalesce(arg_min(node, first_name_place) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL AND NOT outdated),
                CASE WHEN count(*) FILTER (last_name IS NOT NULL AND NOT outdated) = 0
                     THEN arg_min(node, first_name_place) FILTER (list_contains(cleared, 'last_name') AND NOT outdated) END,
                arg_min(node, first_name_place) FILTER (first_name IS NOT NULL AND last_name IS NOT NULL),
                arg_min(node, first_name_place) FILTER (last_name IS NOT NULL)) AS last_name,
       arg_min(node, {name}_place) FILTER ({name} IS NOT NULL OR list_contains(cleared, '{name}')) AS {name},
       arg_min(node, company_place) FILTER (company IS NOT NULL OR list_contains(cleared, 'company_name')) AS company
FROM votes GROUP BY person
