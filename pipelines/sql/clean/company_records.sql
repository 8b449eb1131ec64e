-- The current version of each company record: the newest by its own change time, else by its
-- file's date; then the last that landed, then the last row.
SELECT * FROM company_versions WHERE record_key IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY record_key ORDER BY coalesce(modified_at, dated) DESC, dated DESC, sequence DESC, landing DESC, row DESC) = 1
