-- Who each record and contact was found to be before: by the ledger, and by the mark on a contact that we created. `heir`: it
-- is not the record itself, but one that was merged or converted into it.
SELECT n.node, k.entity_id, k.sequence, false AS heir FROM known_contacts k JOIN nodes n ON n.name = k.record_key
UNION ALL
SELECT h.node, k.entity_id, k.sequence, true FROM heirs h JOIN known_contacts k USING (record_key)
UNION ALL
-- Before an export's layout was known by name, its ids counted within its file.
SELECT r.file_row_number, k.entity_id, k.sequence, false
FROM (SELECT file_row_number, source || '/contacts/plain:' || file || ':' || source_id AS former FROM records WHERE layout <> 'plain' AND source_id IS NOT NULL) r
JOIN known_contacts k ON k.record_key = r.former
UNION ALL
SELECT n.node, l.entity_id, NULL, NULL FROM contact_links l JOIN nodes n ON n.name = 'crm:' || l.crm_id
UNION ALL
SELECT n.node, c.bridge_id, NULL, NULL FROM current_contacts c JOIN nodes n ON n.name = 'crm:' || c.crm_id
WHERE c.bridge_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM contact_links l WHERE l.entity_id = c.bridge_id AND l.crm_id = c.crm_id)
