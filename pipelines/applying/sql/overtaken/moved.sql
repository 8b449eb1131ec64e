-- People and companies of a plan that are others by now: since it was made, one of their records was found to be another's.
SELECT DISTINCT c.object, c.entity_id
FROM (SELECT 'contacts' AS object, record_key, person_id AS entity_id FROM clusters
      UNION ALL SELECT 'companies', record_key, company_id FROM company_clusters) c JOIN placed_since p USING (object, record_key)
WHERE p.entity_id <> c.entity_id
