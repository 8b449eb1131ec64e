-- The current version of each contact record: the newest by its own change time, else by its
-- file's date; then the last that landed, then the last row. `superseded`: its file has landed anew since, without it.
SELECT *, landing NOT IN (SELECT landing FROM newest_landings) AS superseded FROM contact_versions
QUALIFY row_number() OVER (
    PARTITION BY record_key ORDER BY coalesce(modified_at, dated) DESC, dated DESC, sequence DESC, landing DESC, row DESC) = 1
