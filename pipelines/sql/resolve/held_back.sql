-- What a guard kept from joining, and why.
SELECT kind, key, holders AS records, NULL AS record_a, NULL AS record_b,
       names || ' different names hold it: a shared line, not a person' AS reason
FROM hub_keys
UNION ALL
SELECT 'phone', key, 2, node_a, node_b, 'the names on it differ' FROM phone_pairs WHERE NOT compatible
UNION ALL
SELECT 'phone', key, 2, node_a, node_b, 'it fits more than one person on it' FROM phone_pairs SEMI JOIN disputed_pairs USING (a, b)
UNION ALL
SELECT 'email', mailbox, count(*), min(record_key), max(record_key), 'a shared mailbox, not a person'
FROM (SELECT record_key, unnest(role_emails) AS mailbox FROM records) GROUP BY mailbox
