-- Units that a phone or a name joins.
SELECT a, b FROM company_phone_edges UNION ALL SELECT a, b FROM company_name_edges WHERE a <> b
