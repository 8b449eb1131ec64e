-- Who opted out of e-mail or phone, and who did and does no more (`withdrawn`: then the fields hold nothing any more). One
-- record's word is enough, whatever the order of the sources and its age; only an opt-in of the same source that is later
-- takes it back, and of the same vendor's export where several share a source: a list that somebody joined says nothing
-- of what they told another one. Of several the first one dates it. What a record said that is gone by now stays said: nobody opts
-- in by being deleted or merged in a source.
WITH said AS (
    SELECT p.person, c.* FROM consents c JOIN records r USING (record_key) JOIN people p ON p.node = r.file_row_number
    UNION ALL
    SELECT i.person, c.* FROM consents c JOIN gone_people g USING (record_key) JOIN person_ids i USING (person_id)
), judged AS (
    SELECT *, says = 'out' AND NOT EXISTS (FROM said i WHERE i.person = said.person AND i.channel = said.channel AND split_part(i.record_key, ':', 1) = split_part(said.record_key, ':', 1)
                                           AND i.says = 'in' AND i.since > said.since) AS stands
    FROM said
), channels AS (
    SELECT person, channel, bool_or(stands) AS stands, min(since) FILTER (stands) AS since,
           arg_min(source, {'since': since, 'record_key': record_key}) FILTER (stands) AS source,
           coalesce(arg_min(record_key, {'since': since, 'record_key': record_key}) FILTER (stands),
                    arg_max(record_key, {'since': coalesce(since, TIMESTAMPTZ 'epoch'), 'record_key': record_key}) FILTER (says <> 'out'),
                    min(record_key)) AS record_key
    FROM judged GROUP BY person, channel HAVING bool_or(was_out)
)
SELECT person,
       bool_or(stands) FILTER (channel = 'email' AND stands) AS email_opt_out, bool_or(stands) FILTER (channel = 'phone' AND stands) AS phone_opt_out,
       strftime(max(since) FILTER (channel = 'email'), '%Y-%m-%dT%H:%M:%SZ') AS email_opt_out_at,
       strftime(max(since) FILTER (channel = 'phone'), '%Y-%m-%dT%H:%M:%SZ') AS phone_opt_out_at,
       max(source) FILTER (channel = 'email') AS email_opt_out_source, max(source) FILTER (channel = 'phone') AS phone_opt_out_source,
       max(record_key) FILTER (channel = 'email') AS email_opt_out_from, max(record_key) FILTER (channel = 'phone') AS phone_opt_out_from,
       flatten(list([channel || '_opt_out', channel || '_opt_out_at', channel || '_opt_out_source']) FILTER (NOT stands)) AS withdrawn
FROM channels GROUP BY person
