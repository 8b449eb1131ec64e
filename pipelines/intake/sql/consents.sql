-- What each contact record says of e-mail and of phone, by the last of its versions that says anything: `out`; `in`, an
-- opt-in in so many words, by a list or with a time; `no`, where it had opted out before. A version that says nothing
-- takes nothing back, and of two in one file the opt-out is believed. An opt-out is as old as the source says, else as the
-- first version that says so; an opt-in has a time only where the source gives one. The place is where it was said.
WITH given AS (
    SELECT 'email' AS channel, record_key, source, file, landing, row, coalesce(modified_at, dated) AS changed, sequence,
           email_opt_out AS cells, email_opt_out_at AS out_text, email_opt_in_at AS in_text
    FROM contact_versions WHERE len(email_opt_out) > 0 OR email_opt_out_at IS NOT NULL OR email_opt_in_at IS NOT NULL
    UNION ALL
    SELECT 'phone', record_key, source, file, landing, row, coalesce(modified_at, dated), sequence, phone_opt_out, phone_opt_out_at, phone_opt_in_at
    FROM contact_versions WHERE len(phone_opt_out) > 0 OR phone_opt_out_at IS NOT NULL OR phone_opt_in_at IS NOT NULL
), timed AS MATERIALIZED (
    SELECT *, CASE WHEN len(cells) = 1 THEN [consent(cells[1])] ELSE list_transform(cells, lambda cell: consent(cell)) END AS words, consent_time(in_text) AS in_at,
           coalesce(consent_time(out_text), CASE WHEN len(cells) > 1 OR strlen(cells[1]) > 7 THEN list_max(list_transform(cells, lambda cell: consent_time(cell))) END) AS out_at
    FROM given
), said AS MATERIALIZED (
    SELECT * EXCLUDE (words, cells, out_text, in_text),
           CASE WHEN list_contains(words, 'out') THEN 'out' WHEN list_contains(words, 'in') THEN 'in'
                WHEN list_contains(words, 'no') THEN CASE WHEN in_at IS NULL THEN 'no' ELSE 'in' END
                WHEN out_at IS NOT NULL THEN 'out' WHEN in_at IS NOT NULL THEN 'in' END AS says
    FROM timed
), concerned AS (
    -- Most say nothing but that nobody opted out.
    SELECT DISTINCT record_key FROM said WHERE says <> 'no'
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY record_key, channel ORDER BY changed, sequence, says = 'out', row) AS place
    FROM said SEMI JOIN concerned USING (record_key) WHERE says IS NOT NULL
), turned AS (
    SELECT *, coalesce(max(place) FILTER (says <> 'out') OVER (PARTITION BY record_key, channel), 0) AS turn FROM placed
), records AS (
    SELECT record_key, channel, source, arg_max(says, place) AS says, bool_or(says = 'out') AS was_out,
           coalesce(arg_max(out_at, place) FILTER (place > turn), min(changed) FILTER (place > turn)) AS out_since,
           arg_max(in_at, place) FILTER (says = 'in') AS in_at,
           arg_min({'file': file, 'landing': landing, 'row': row}, place) FILTER (place > turn) AS told_out,
           arg_max({'file': file, 'landing': landing, 'row': row}, place) AS told_last
    FROM turned GROUP BY record_key, channel, source
)
SELECT record_key, channel, source, says, was_out, CASE says WHEN 'out' THEN out_since WHEN 'in' THEN in_at END AS since,
       unnest(coalesce(told_out, told_last))
FROM records WHERE says <> 'no' OR was_out
