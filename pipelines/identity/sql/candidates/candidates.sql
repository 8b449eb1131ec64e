-- Pairs that are likely the same person and that no exact key joined, for a human to look at: nothing is joined by them.
-- The evidence is what each field weighs in bits, beside what any two people start from: a score of a half is 0 in sum.
WITH sides AS (
    SELECT s.*, p.node AS node_a, q.node AS node_b, e.entity AS of_a, f.entity AS of_b
    FROM candidate_scores s JOIN candidate_profiles p ON p.id = s.a JOIN candidate_profiles q ON q.id = s.b
    JOIN candidate_entities e ON e.id = p.entity JOIN candidate_entities f ON f.id = q.entity
), named AS (
    SELECT record_key AS node, first_name, last_name FROM records
    UNION ALL SELECT record_key, first_name, last_name FROM unmatched WHERE object = 'contacts'
    UNION ALL SELECT 'crm:' || crm_id, first_name, last_name FROM current_contacts
), fields AS (
    SELECT *, list_filter([
        {'name': 'first name', 'level': first, 'bits': first_w}, {'name': 'last name', 'level': last, 'bits': last_w},
        {'name': 'birthday', 'level': birthday, 'bits': birthday_w}, {'name': 'city', 'level': city, 'bits': city_w},
        {'name': 'workplace', 'level': work, 'bits': work_w}, {'name': 'e-mail before the @', 'level': local, 'bits': local_w}],
        lambda field: field.level IS NOT NULL) AS compared
    FROM sides
)
SELECT f.node_a AS a, f.node_b AS b,
       CASE WHEN f.of_a <> f.node_a THEN f.of_a END AS person_a, CASE WHEN f.of_b <> f.node_b THEN f.of_b END AS person_b,
       nullif(concat_ws(' ', x.first_name, x.last_name), '') AS name_a, nullif(concat_ws(' ', y.first_name, y.last_name), '') AS name_b, round(f.score, 4) AS score,
       array_to_string(list_transform(compared, lambda field: format('{} {} {:+.1f}', field.name, field.level, field.bits)), ', ')
           || format(', before comparing {:+.1f}', prior) AS evidence,
       'alike in ' || array_to_string(list_transform(list_filter(compared, lambda field: field.bits > 0), lambda field: field.name), ', ') AS reason
FROM fields f LEFT JOIN named x ON x.node = f.node_a LEFT JOIN named y ON y.node = f.node_b
ORDER BY score DESC, a, b
