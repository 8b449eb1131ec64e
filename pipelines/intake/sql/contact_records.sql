-- The current version of each contact record that stands. `superseded`: its file has landed anew since, without it.
SELECT v.* EXCLUDE (tombstone, merged_into, merged_ids), n.landing IS NULL AS superseded
FROM contact_versions v LEFT JOIN newest_landings n ON n.landing = v.landing
ANTI JOIN replaced r ON r.object = 'contacts' AND r.landing = v.landing AND r.row = v.row
ANTI JOIN gone_records g ON g.record_key = v.record_key
