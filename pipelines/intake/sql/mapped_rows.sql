-- What every mapped row has, whatever its object.
SELECT 'contacts' AS object, landing, row, source, file, modified_at, modified_text FROM mapped_contacts
UNION ALL SELECT 'companies', landing, row, source, file, modified_at, modified_text FROM mapped_companies
