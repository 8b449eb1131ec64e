-- Each record's place for its person, 1 the first to be believed: as the settings order the sources; within one the newest,
-- and what does not say when it changed after what does.
SELECT person, node, source_order, outdated, alone, plain, 1 AS place FROM told WHERE alone
UNION ALL
SELECT person, node, source_order, outdated, alone, plain, row_number() OVER (PARTITION BY person
           ORDER BY source_order, superseded, modified_at DESC NULLS LAST, day DESC, says DESC, record_key) FROM told WHERE NOT alone
