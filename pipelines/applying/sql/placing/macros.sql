-- A field's list in JSON by field; most objects have none.
CREATE OR REPLACE MACRO list_of(given, field) AS
    CASE WHEN contains(given, '"' || field || '":') THEN elements(json_extract(given, '$."' || field || '"')) ELSE [] END;

-- A list in the form in which its elements are compared.
CREATE OR REPLACE MACRO compared(kind, list) AS list_transform(list, lambda one: comparable(kind, one));

-- What of a list is not in another.
CREATE OR REPLACE MACRO without(list, other) AS list_filter(list, lambda one: NOT list_contains(other, one));

-- A field of JSON with what is known of its list and what was found there, each once; NULL where there is neither.
CREATE OR REPLACE MACRO kept_list(known, field, found) AS
    CASE WHEN len(found) > 0 OR contains(known, '"' || field || '":')
         THEN '"' || field || '":' || to_json(list_concat(list_of(known, field), without(list_distinct(found), list_of(known, field))))::VARCHAR END;
