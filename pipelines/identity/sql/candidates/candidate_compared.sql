-- How each field of two profiles compares: equal, a nickname, near, similar, differs; nothing where one side says
-- nothing. `crossed`: first and last name are compared the other way round. `…_n`: how many profiles have the equal
-- value. An equal initial is no equal name. Costly comparisons are made only where cheap ones leave room.
WITH sides AS (
    SELECT q.a, q.b, q.times, x.spelled OR y.spelled AS spelled,
           coalesce(x.first = y.last, false) AND NOT coalesce(x.last = y.last, false)
           OR coalesce(x.last = y.first, false) AND NOT coalesce(x.first = y.first, false) AS crossed,
           x.first AS first_a, CASE WHEN crossed THEN y.last ELSE y.first END AS first_b,
           x.last AS last_a, CASE WHEN crossed THEN y.first ELSE y.last END AS last_b,
           x.birthday AS birthday_a, y.birthday AS birthday_b, x.city AS city_a, y.city AS city_b,
           x.host AS host_a, y.host AS host_b, x.company AS company_a, y.company AS company_b, x.local AS local_a, y.local AS local_b,
           x.first_n, x.last_n, x.birthday_n, x.city_n, x.local_n, x.host_n, x.company_n
    FROM candidate_to_compare q JOIN candidate_sides x ON x.id = q.a JOIN candidate_sides y ON y.id = q.b
)
SELECT s.a, s.b, s.times,
       CASE WHEN first_a IS NULL OR first_b IS NULL THEN NULL
            WHEN first_a = first_b AND NOT regexp_full_match(first_a, '\p{Ll}') THEN 'equal'
            WHEN k.a IS NOT NULL OR starts_with(first_a, first_b) OR starts_with(first_b, first_a) THEN 'nickname'
            WHEN jaro_winkler_similarity(first_a, first_b) >= 0.88 THEN 'near'
            ELSE 'differs' END AS first,
       CASE WHEN last_a IS NULL OR last_b IS NULL THEN NULL
            WHEN last_a = last_b THEN 'equal'
            WHEN jaro_winkler_similarity(last_a, last_b) >= 0.9 THEN 'near'
            ELSE 'differs' END AS last,
       CASE WHEN birthday_a IS NULL OR birthday_b IS NULL THEN NULL
            WHEN birthday_a = birthday_b THEN 'equal'
            WHEN levenshtein(birthday_a, birthday_b) <= 2
                 AND (damerau_levenshtein(birthday_a, birthday_b) <= 1 OR birthday_b = day_and_month_swapped(birthday_a)) THEN 'near'
            WHEN parts_shared(birthday_a, birthday_b) = 2 OR levenshtein(birthday_a, birthday_b) <= 2 THEN 'similar'
            ELSE 'differs' END AS birthday,
       CASE WHEN city_a IS NULL OR city_b IS NULL THEN NULL
            WHEN city_a = city_b THEN 'equal'
            WHEN jaro_winkler_similarity(city_a, city_b) >= 0.9 THEN 'near'
            ELSE 'differs' END AS city,
       CASE WHEN host_a = host_b OR company_a = company_b THEN 'equal'
            WHEN jaro_winkler_similarity(host_a, host_b) >= 0.92 OR jaro_winkler_similarity(company_a, company_b) >= 0.92 THEN 'near'
            WHEN coalesce(host_a, company_a) IS NULL OR coalesce(host_b, company_b) IS NULL THEN NULL
            WHEN (host_a IS NULL OR host_b IS NULL) AND (company_a IS NULL OR company_b IS NULL) THEN NULL
            ELSE 'differs' END AS work,
       CASE WHEN local_a IS NULL OR local_b IS NULL OR spelled THEN NULL
            WHEN local_a = local_b THEN 'equal'
            WHEN length(local_a) < 5 OR abs(length(local_a) - length(local_b)) > 2 THEN 'differs'
            WHEN levenshtein(local_a, local_b) <= 2 AND digits_of(local_a) = digits_of(local_b)
                 AND (length(local_a) >= 9 OR damerau_levenshtein(local_a, local_b) <= 1) THEN 'near'
            ELSE 'differs' END AS local,
       first_n, last_n, birthday_n, city_n, local_n,
       least(CASE WHEN host_a = host_b THEN host_n END, CASE WHEN company_a = company_b THEN company_n END) AS work_n
FROM sides s LEFT JOIN nickname_pairs k ON k.a = s.first_a AND k.b = s.first_b
