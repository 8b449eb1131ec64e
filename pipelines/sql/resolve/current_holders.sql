-- The keys that contacts in the CRM hold.
SELECT 'crm:' || crm_id AS node, 'email' AS kind, unnest(emails) AS key, folded(first_name) AS first_fold, folded(last_name) AS last_fold
FROM current_contacts
UNION ALL
SELECT 'crm:' || crm_id, 'phone', unnest(phones), folded(first_name), folded(last_name) FROM current_contacts
