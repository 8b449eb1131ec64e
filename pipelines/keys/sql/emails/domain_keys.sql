-- The domain that names a company for each host: one label more than its longest public suffix. NULL where the host is
-- a bare suffix, an IP address or no name. `disposable`: its mailboxes are thrown away. `free`: anyone may have a
-- mailbox or a page there, so it names no company; disposable ones are, too.
-- An exception to a wildcard (`!www.ck`) makes its parent the suffix; a wildcard (`*.ck`) takes one label more; where no
-- rule fits the last label is the suffix. The answers are those of publicsuffixlist.
WITH named AS (
    SELECT h.host, rtrim(CASE WHEN strlen(h.host) = length(h.host) THEN h.host ELSE n.name END, '.') AS name
    FROM hosts h LEFT JOIN ascii_domains n ON n.given = h.host
), labelled AS (
    SELECT host, string_split(name, '.') AS labels, len(string_split(name, '.')) AS size FROM named
    WHERE NOT regexp_matches(name, '(^|\.)(\.|$)|(^|\.)[0-9]+$')
), tails AS (
    SELECT host, size, size - start + 1 AS depth, array_to_string(labels[start:], '.') AS tail
    FROM (SELECT *, generate_subscripts(labels, 1) AS start FROM labelled)
), suffixes AS (
    SELECT host, arg_min(least(t.depth + r.further, t.size), t.depth * -3 + r.place) AS taken
    FROM tails t JOIN suffix_rules r ON r.tail = t.tail GROUP BY host
), domains AS (
    SELECT l.host, array_to_string(l.labels[l.size - coalesce(s.taken, 1):], '.') AS domain
    FROM labelled l LEFT JOIN suffixes s ON s.host = l.host WHERE l.size > coalesce(s.taken, 1)
), disposed AS (
    SELECT h.host, d.domain, h.host IN (SELECT domain FROM disposable_domains)
           OR coalesce(d.domain IN (SELECT domain FROM disposable_domains), false) AS disposable
    FROM hosts h LEFT JOIN domains d ON d.host = h.host
)
SELECT host, domain, disposable, disposable OR host IN (SELECT domain FROM open_domains)
       OR coalesce(domain IN (SELECT domain FROM open_domains), false) AS free
FROM disposed
