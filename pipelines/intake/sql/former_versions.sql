-- What contact records said in versions that a newer one replaced, as the mapping reads them now: the evidence that a value
-- of ours was right once, as long as the record stands. A version that says the same as another is listed once.
SELECT DISTINCT v.record_key, v.first_name, v.last_name, v.emails, v.role_emails, v.phones, v.tags,
       v.{name},
       coalesce(v.company_id, v.company_name, v.company_domain) IS NOT NULL AS employed
FROM contact_versions v SEMI JOIN replaced r ON r.object = 'contacts' AND r.landing = v.landing AND r.row = v.row
ANTI JOIN gone_records g ON g.record_key = v.record_key
