-- The id of each company that a source speaks of: the oldest one known among its links, else UUIDv5 of its least node.
WITH ages AS (
    SELECT entity_id, min(sequence) AS sequence FROM known_companies GROUP BY entity_id
), known AS (
    SELECT f.company, arg_min(l.entity_id, {'sequence': coalesce(a.sequence, 9223372036854775807), 'id': l.entity_id}) AS company_id
    FROM company_links_held l JOIN company_members f USING (node) LEFT JOIN ages a USING (entity_id) GROUP BY f.company
), least AS (
    SELECT f.company, min(n.name) AS name FROM company_members f JOIN company_nodes n USING (node)
    WHERE NOT starts_with(n.name, 'crm:') GROUP BY f.company
)
SELECT l.company, coalesce(k.company_id, uuid5_of(l.digits)) AS company_id
FROM (SELECT *, uuid5_digits((SELECT namespace FROM setting), name) AS digits FROM least) l LEFT JOIN known k USING (company)
