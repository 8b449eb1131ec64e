-- Tags judged: what is added, what a source took away from its record, and what no evidence supports any more.
WITH dropped AS (
    SELECT t.*,
           -- Taken away, and by which record: it bore the tag in an earlier version, and has others, or none, by its own word now.
           -- That somebody opted out is taken away by the word that takes it back.
           coalesce(t.record_key, (SELECT min(v.record_key) FROM said_values v JOIN said_values n ON n.person_id = v.person_id AND n.record_key = v.record_key AND n.field = 'tags given'
                   WHERE v.person_id = t.person_id AND v.field = 'tags' AND v.value = lower(trim(t.tag)) AND NOT v.current)) AS taken_by,
           EXISTS (SELECT 1 FROM said_values v WHERE v.person_id = t.person_id AND v.field = 'tags' AND v.value = lower(trim(t.tag))) AS said,
           opt_out_retract(is_opt_out_tag(t.tag, 'email') OR is_opt_out_tag(t.tag, 'phone'), coalesce((SELECT retract FROM retracting WHERE field = 'tags'), 'review')) AS retract
    FROM contact_tags t WHERE NOT adds
)
SELECT person_id, crm_id, is_new, NULL AS standing, tag AS proposed, ours, CASE WHEN is_new THEN 'create' ELSE 'tag' END AS change,
       CASE WHEN policy = 'review' AND NOT is_new THEN verdict('review', 'the settings leave it to a human') ELSE verdict('write', 'a tag more') END AS verdict, record_key
FROM contact_tags WHERE adds
UNION ALL
SELECT person_id, crm_id, false, tag, NULL, ours, CASE WHEN taken_by IS NOT NULL THEN 'untag' ELSE 'retract' END,
       CASE WHEN taken_by IS NOT NULL AND policy IN ('append', 'fill_empty') THEN verdict('same', 'only added here')
            WHEN taken_by IS NOT NULL AND policy = 'review' THEN verdict('review', 'the settings leave it to a human')
            WHEN taken_by IS NOT NULL THEN verdict('write', 'ours, and the source took it away')
            WHEN said THEN verdict('same', 'an earlier version says it, and nothing has contradicted it')
            WHEN retract = 'write' THEN verdict('write', 'ours, and nothing supports it any more')
            WHEN retract = 'review' THEN verdict('review', 'ours, and nothing supports it any more')
            ELSE verdict('same', 'kept') END, taken_by
FROM dropped
