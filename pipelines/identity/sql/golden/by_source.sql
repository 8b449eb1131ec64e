-- Each record's place for its person, 1 the first to be believed: as the settings order the sources.
SELECT person, node, source_order, outdated, alone, plain, 1 AS place FROM told WHERE alone
UNION ALL
SELECT person, node, source_order, outdated, alone, plain, row_number() OVER (PARTITION BY person
           ORDER BY source_order, superseded, day DESC, modified_at DESC NULLS LAST, says DESC, record_key) FROM told WHERE NOT alone
