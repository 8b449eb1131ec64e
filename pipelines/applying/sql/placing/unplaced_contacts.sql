-- Records of which the ledger does not know yet that they are a person, or knows another; where a plan has waited, only the
-- former: what was found out since stands.
SELECT record_key, person_id FROM clusters c
ANTI JOIN known_contacts k ON k.record_key = c.record_key AND ((SELECT waited FROM carrying_out) OR k.entity_id = c.person_id)
WHERE person_id NOT IN (SELECT entity_id FROM moved)
