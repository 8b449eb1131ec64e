-- What each contact record says of e-mail and of phone: `out`, as long as one of its versions says so that no later one takes
-- back; else its last word: `in`, an opt-in in so many words, by a list or with a time, or `no`, where it had opted out
-- before. A version that says nothing takes nothing back, and of two in one file the opt-out is believed. Later is what
-- changed later by its own word; in one file, where only one of the two has such a word, what stands there now; of two files
-- without it, the later dated one. Of several files one without it never takes back what has it (anybody may copy an old file
-- today), and only a change after its file's date takes it back. An opt-out is as old as the source says, else as the
-- first version that says so; an opt-in has a time only where the source gives one. The place is where it was said.
WITH given AS (
    SELECT 'email' AS channel, record_key, source, series, file, landing, row, modified_at, dated, sequence,
           email_opt_out AS cells, email_opt_out_at AS out_text, email_opt_in_at AS in_text
    FROM contact_versions WHERE len(email_opt_out) > 0 OR email_opt_out_at IS NOT NULL OR email_opt_in_at IS NOT NULL
    UNION ALL
    SELECT 'phone', record_key, source, series, file, landing, row, modified_at, dated, sequence, phone_opt_out, phone_opt_out_at, phone_opt_in_at
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
    SELECT *, says <> 'out' AS withdraws, coalesce(modified_at, greatest(dated, max(modified_at) OVER before)) AS changed,
           rank() OVER (PARTITION BY record_key, channel, modified_at IS NULL ORDER BY modified_at, dated, sequence) AS rank
    FROM said SEMI JOIN concerned USING (record_key) WHERE says IS NOT NULL
    WINDOW before AS (PARTITION BY record_key, channel, series ORDER BY sequence RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), judged AS (
    SELECT *, row_number() OVER (PARTITION BY record_key, channel ORDER BY changed, sequence, says = 'out', row) AS place,
           NOT withdraws AND NOT coalesce(max(rank) FILTER (withdraws) OVER alike > rank, false)
           AND NOT coalesce(max(sequence) FILTER (withdraws AND modified_at IS NOT NULL) OVER file > sequence AND modified_at IS NULL, false)
           AND NOT coalesce(max(sequence) FILTER (withdraws AND modified_at IS NULL) OVER file > sequence AND modified_at IS NOT NULL, false)
           AND NOT coalesce(max(modified_at) FILTER (withdraws) OVER record > changed AND modified_at IS NULL, false) AS stands
    FROM placed
    WINDOW alike AS (PARTITION BY record_key, channel, modified_at IS NULL), file AS (PARTITION BY record_key, channel, series),
           record AS (PARTITION BY record_key, channel)
), records AS (
    SELECT record_key, channel, source, CASE WHEN bool_or(stands) THEN 'out' ELSE arg_max(says, place) FILTER (withdraws) END AS says, bool_or(says = 'out') AS was_out,
           coalesce(arg_max(out_at, place) FILTER (stands), min(coalesce(modified_at, dated)) FILTER (stands)) AS out_since,
           arg_max(in_at, place) FILTER (says = 'in') AS in_at,
           arg_min({'file': file, 'landing': landing, 'row': row}, place) FILTER (stands) AS told_out,
           arg_max({'file': file, 'landing': landing, 'row': row}, place) FILTER (withdraws) AS told_last
    FROM judged GROUP BY record_key, channel, source
)
SELECT record_key, channel, source, says, was_out, CASE says WHEN 'out' THEN out_since WHEN 'in' THEN in_at END AS since,
       unnest(coalesce(told_out, told_last))
FROM records WHERE says <> 'no' OR was_out
