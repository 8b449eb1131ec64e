-- Who holds a key that joins nobody because too many hold it.
SELECT node FROM firm_shared SEMI JOIN firm_hubs USING (kind, key)
UNION
SELECT node FROM phone_holders SEMI JOIN phone_hubs USING (key)
