-- Every field that differs, judged: what is written, kept, or left to a human, by which rule.
WITH states AS (
    SELECT 'companies' AS object, 'crm_wins' AS policy, * FROM company_states
    UNION ALL
    SELECT 'contacts', CASE WHEN is_opt_out(s.field) THEN opt_out_policy(p.policy) ELSE coalesce(p.policy, 'crm_wins') END, s.* FROM contact_states s
    LEFT JOIN policies p ON p.field = split_part(s.field, '.', 1)
    WHERE s.proposed IS NOT NULL OR s.clears
), seen AS (
    SELECT s.*, is_ours(s) AS ours, s.was_written AND unlike(s.kind, s.sent, s.proposed) AS source_changed,
           s.policy = 'newest' AND r.modified_at > s.updated_at AS newer
    FROM states s LEFT JOIN records r ON s.policy = 'newest' AND r.record_key = s.record_key
), decided AS (
    SELECT *, CASE WHEN is_new THEN 'create' WHEN proposed IS NULL THEN 'clear' WHEN "current" IS NULL THEN 'fill' ELSE 'overwrite' END AS change,
           was_written AND NOT ours AND source_changed AS conflict,
           judged(is_new, policy, ours, was_written, stood, "current", proposed, source_changed, newer) AS verdict
    FROM seen
), everything AS (
    SELECT d.object, is_new, d.person_id, crm_id, d.field, base, "current", proposed, ours, change, conflict, verdict,
           CASE change WHEN 'clear' THEN coalesce(k.record_key, d.record_key) ELSE d.record_key END AS record_key
    FROM decided d LEFT JOIN clearings k ON k.person_id = d.person_id AND k.field = d.field
    UNION ALL
    SELECT 'contacts', false, person_id, crm_id, field, base, "current", proposed, true, 'retract', false,
           verdict(retract, 'ours, and nothing supports it any more'), NULL
    FROM retractions WHERE retract <> 'keep'
    UNION ALL
    SELECT 'contacts', is_new, person_id, crm_id, 'tags', to_json(ours)::VARCHAR, standing, proposed, true, change, false, verdict, record_key
    FROM tag_changes
    UNION ALL
    SELECT 'contacts', is_new, person_id, crm_id, field, base, "current", proposed, true, change, false, verdict, record_key
    FROM list_changes
), unsubscribed AS (
    SELECT crm_id FROM current_contacts WHERE NOT email_subscribed
), sendable AS (
    -- Who unsubscribed in the CRM itself is not told to have asked for e-mail again. What would leave a field empty can only be sent where the settings say how, and a name never.
    SELECT * REPLACE (CASE WHEN proposed IS NULL AND (starts_with(field, 'properties.email_opt_out') OR field = 'tags' AND is_opt_out_tag("current", 'email'))
                                AND crm_id IN (FROM unsubscribed) AND verdict.decision <> 'same'
                           THEN verdict('keep', 'unsubscribed in the CRM: that stands')
                           WHEN proposed IS NULL AND field IN ('first_name', 'last_name') AND verdict.decision = 'write'
                           THEN verdict('review', 'the CRM wants a first and a last name')
                           WHEN (SELECT clears FROM setting) = 'never' AND proposed IS NULL AND field <> 'tags' AND verdict.decision = 'write'
                           THEN verdict('review', 'clearing is turned off (crm.clears)') ELSE verdict END AS verdict)
    FROM everything
)
SELECT object, CASE WHEN is_new THEN 'create' ELSE 'update' END AS op, person_id AS entity_id, crm_id, field,
       base, "current", proposed, verdict.decision AS decision, verdict.rule AS rule,
       change, conflict, ours, record_key
FROM sendable WHERE verdict.decision <> 'same'
