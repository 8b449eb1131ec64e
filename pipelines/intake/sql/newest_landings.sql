-- The newest landing of each file.
SELECT landing FROM landings
QUALIFY row_number() OVER (PARTITION BY source, object, file ORDER BY sequence DESC) = 1
