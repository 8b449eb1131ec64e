-- Who each record and contact still counts as.
SELECT m.node, m.entity_id, m.sequence, m.heir FROM memberships m ANTI JOIN severed USING (node, entity_id)
