-- Contacts that something of their own identifies.
SELECT * FROM contact_records WHERE len(emails) > 0 OR len(phones) > 0
