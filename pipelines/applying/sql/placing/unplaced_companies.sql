-- Records of which the ledger does not know yet that they are a company, or knows another; where a plan has waited, only the
-- former: what was found out since stands.
SELECT record_key, company_id FROM company_clusters c
ANTI JOIN known_companies k ON k.record_key = c.record_key AND ((SELECT waited FROM carrying_out) OR k.entity_id = c.company_id)
WHERE company_id NOT IN (SELECT entity_id FROM moved)
