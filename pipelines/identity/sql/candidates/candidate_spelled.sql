-- The mentions with the names that their e-mail spells where a name is missing: jane.doe@ and jdoe@ say whose they are,
-- and a known first name leaves the rest of janedoe@ as the last.
WITH parts AS (
    SELECT * EXCLUDE (email, company_domain), nullif(split_part(email, '@', 1), '') AS local,
           coalesce(nullif(split_part(email, '@', 2), ''), company_domain) AS host, company_domain AS work_domain,
           first_fold IS NULL OR last_fold IS NULL AS lacking
    FROM candidate_mentions
), halves AS (
    SELECT *, CASE WHEN lacking THEN nullif(regexp_extract(local, '^([a-z]+)[._-]([a-z]{2,})[0-9]*$', 1), '') END AS left_half,
           CASE WHEN lacking THEN nullif(regexp_extract(local, '^([a-z]+)[._-]([a-z]{2,})[0-9]*$', 2), '') END AS right_half,
           CASE WHEN lacking THEN regexp_replace(local, '[^a-z]+', '', 'g') END AS letters
    FROM parts
)
SELECT entity, node, birthday, city, company, local, host, work_domain,
       coalesce(first_fold,
                CASE WHEN left_half = last_fold THEN right_half ELSE left_half END,
                CASE WHEN ends_with(letters, last_fold) THEN nullif(substr(letters, 1, length(letters) - length(last_fold)), '') END) AS first,
       coalesce(last_fold,
                CASE WHEN right_half = first_fold THEN left_half ELSE right_half END,
                CASE WHEN starts_with(letters, first_fold) AND length(letters) > length(first_fold) + 2
                     THEN substr(letters, length(first_fold) + 1) END) AS last
FROM halves
