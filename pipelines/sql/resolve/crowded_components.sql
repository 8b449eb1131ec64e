-- Components that a phone has made of several CRM contacts: which of them is right is for a human to say.
SELECT component FROM components WHERE starts_with(name, 'crm:') GROUP BY component HAVING count(*) > 1
