-- The people, rows and contacts, numbered.
SELECT row_number() OVER (ORDER BY entity) AS id, entity FROM (SELECT DISTINCT entity FROM candidate_mentions)
