-- Two people are as alike as their most alike profiles: the sum of the weights (Fellegi and Sunter, 1969), and the
-- probability that follows. An equal value weighs by how many others have it, among these profiles and as many strangers
-- as it takes for one to agree by chance: in a file of ten rows, a value is not rare because nobody else has it. How
-- likely two people are one before anything is compared is first taken from half the people standing there once more, a
-- thousand strangers among them, then from how many that finds (one step of expectation maximisation; the first guess
-- counts like 100 people).
WITH size AS (
    SELECT (SELECT count(*) FROM candidate_profiles) AS profiles, (SELECT count(*) FROM candidate_entities) AS people
), weighed AS (
    SELECT c.a, c.b, c.first, c.last, c.birthday, c.city, c.work, c.local,
           coalesce(CASE WHEN c.first = 'equal' THEN log2(f.same * (profiles + f.strangers) / (c.first_n - 1)) ELSE f.weight END, 0) AS first_w,
           coalesce(CASE WHEN c.last = 'equal' THEN log2(l.same * (profiles + l.strangers) / (c.last_n - 1)) ELSE l.weight END, 0) AS last_w,
           coalesce(CASE WHEN c.birthday = 'equal' THEN log2(d.same * (profiles + d.strangers) / (c.birthday_n - 1)) ELSE d.weight END, 0) AS birthday_w,
           coalesce(CASE WHEN c.city = 'equal' THEN log2(t.same * (profiles + t.strangers) / (c.city_n - 1)) ELSE t.weight END, 0) AS city_w,
           coalesce(CASE WHEN c.work = 'equal' THEN log2(w.same * (profiles + w.strangers) / (c.work_n - 1)) ELSE w.weight END, 0) AS work_w,
           coalesce(CASE WHEN c.local = 'equal' THEN log2(m.same * (profiles + m.strangers) / (c.local_n - 1)) ELSE m.weight END, 0) AS local_w,
           first_w + last_w + birthday_w + city_w + work_w + local_w AS bits
    FROM candidate_likeness c CROSS JOIN size
    LEFT JOIN candidate_weights f ON f.field = 'first' AND f.level = c.first
    LEFT JOIN candidate_weights l ON l.field = 'last' AND l.level = c.last
    LEFT JOIN candidate_weights d ON d.field = 'birthday' AND d.level = c.birthday
    LEFT JOIN candidate_weights t ON t.field = 'city' AND t.level = c.city
    LEFT JOIN candidate_weights w ON w.field = 'work' AND w.level = c.work
    LEFT JOIN candidate_weights m ON m.field = 'local' AND m.level = c.local
), best AS (
    -- What lies ten bits under an even chance at the first guess can neither be listed nor move the second.
    SELECT * FROM weighed WHERE bits > (SELECT log2((people + 1000) / 0.5) - 10 FROM size)
    QUALIFY row_number() OVER (PARTITION BY a // 8, b // 8 ORDER BY bits DESC, a, b) = 1
), found AS (
    SELECT coalesce(sum(2 / (1 + pow(2, log2((people + 1000) / 0.5) - bits))), 0) AS doubles FROM best CROSS JOIN size
), chance AS (
    SELECT log2((doubles + 50) / (people + 100) / (people + 1000)) AS prior FROM found CROSS JOIN size
)
SELECT best.*, prior, 1 / (1 + pow(2, -(prior + bits))) AS score FROM best CROSS JOIN chance
WHERE score >= (SELECT candidate_score FROM candidate_setting)
