-- Every key that joins nobody because too many hold it.
SELECT kind, key, names, holders FROM firm_hubs UNION ALL SELECT kind, key, names, holders FROM phone_hubs
