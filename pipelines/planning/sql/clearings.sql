-- Which record says of a field that there is nothing: the evidence of a clear. Of several the first by name, always the same.
WITH asked AS (
    SELECT DISTINCT person_id FROM contact_states WHERE clears
), said AS (
    SELECT c.person_id, r.record_key, unnest(r.cleared) AS name
    FROM (FROM clusters SEMI JOIN asked USING (person_id)) c JOIN records r USING (record_key)
)
SELECT person_id, CASE name
           WHEN '{name}' THEN '{crm}'
           END AS field, min(record_key) AS record_key
FROM said GROUP BY ALL
