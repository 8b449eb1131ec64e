-- What the CRM cannot show after the run: what it could not show before, and what could not be read back.
FROM stood_unreadable UNION ALL BY NAME FROM not_read_back
