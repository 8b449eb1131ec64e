-- Contact rows with their keys. The record key is the source's id; without one it is made of everything that
-- identifies the row (its keys and its name), so that two rows that differ there never replace each other,
-- in whatever order they come. An id that a plain file merely seems to have counts within that file, and not where it
-- stands on several of its rows. A name that is given is kept; a whole name fills in what is missing of it.
WITH seen AS (
    SELECT * REPLACE (visible(full_name) AS full_name, visible(first_name) AS first_name, visible(last_name) AS last_name,
                      visible(company_name) AS company_name)
    FROM mapped_contacts
), said AS (
    SELECT * REPLACE (unless_blank(full_name) AS full_name, unless_blank(first_name) AS first_name, unless_blank(last_name) AS last_name,
                      unless_blank({name}) AS {name},
                      unless_blank(company_name) AS company_name)
    FROM seen
), named AS (
    SELECT *, CASE WHEN first_name IS NULL OR last_name IS NULL THEN without_degrees(full_name) END AS written FROM said
), aged AS (
    SELECT *, generation(written) AS junior,
           trim(left(written, length(written) - length(generation(written))), ' ,') AS titled FROM named
), bare AS (
    SELECT *, without_title(titled) AS whole, family_name(without_title(titled)) AS family FROM aged
), split AS (
    SELECT * REPLACE (
        CASE WHEN first_name IS NOT NULL OR whole IS NULL THEN first_name
             WHEN ends_with(lower(whole), ' ' || lower(last_name)) THEN trim(left(whole, length(whole) - length(last_name)))
             WHEN whole LIKE '%,%' THEN plain_text(without_title(trim(split_part(whole, ',', 2))))
             WHEN family IS NULL THEN CASE WHEN whole IS DISTINCT FROM last_name AND whole = titled THEN whole END
             WHEN starts_with(whole, family) THEN plain_text(trim(substr(whole, length(family) + 1), ' 　'))
             ELSE trim(left(whole, length(whole) - length(family))) END AS first_name,
        CASE WHEN last_name IS NOT NULL OR whole IS NULL THEN last_name
             ELSE nullif(concat_ws(' ', CASE
                 WHEN starts_with(lower(whole), lower(first_name) || ' ') THEN trim(substr(whole, length(first_name) + 1))
                 WHEN whole LIKE '%,%' THEN plain_text(split_part(whole, ',', 1))
                 WHEN whole <> titled THEN coalesce(family, whole)
                 ELSE family END, nullif(junior, '')), '') END AS last_name)
    FROM bare
), keyed AS (
    SELECT s.* EXCLUDE (emails, phones, written, titled, whole, family, junior)
               REPLACE (recased(s.first_name) AS first_name, recased(s.last_name) AS last_name),
           coalesce(each_once(e.emails), []) AS emails, coalesce(e.role_emails, []) AS role_emails, coalesce(each_once(p.phones), []) AS phones,
           coalesce(w.domain, e.domain) AS company_domain,
           folded(s.first_name) AS first_fold, folded(s.last_name) AS last_fold,
           s.source_id IS NOT NULL AND s.layout = 'plain' AND s.source NOT IN (SELECT source FROM declared_ids) AS guessed,
           i.source_id IS NOT NULL AS shared
    FROM split s
    LEFT JOIN shared_ids i ON i.object = 'contacts' AND i.landing = s.landing AND i.source_id = s.source_id
    LEFT JOIN record_emails e ON e.object = 'contacts' AND e.landing = s.landing AND e.row = s.row
    LEFT JOIN record_phones p ON p.object = 'contacts' AND p.landing = s.landing AND p.row = s.row
    LEFT JOIN domain_keys w ON w.host = host_of(s.company_website) AND NOT w.free
)
SELECT source || '/contacts/' || layout || ':' || CASE
           WHEN guessed AND NOT shared THEN series || ':' || source_id
           WHEN source_id IS NOT NULL AND NOT guessed THEN source_id
           ELSE coalesce(emails[1], phones[1], role_emails[1], 'row') || '#' || substr(md5(concat_ws(chr(31),
                in_any_order(emails), in_any_order(phones), in_any_order(role_emails), coalesce(first_fold, ''), coalesce(last_fold, ''),
                CASE WHEN len(emails) + len(phones) = 0 THEN concat_ws(chr(30), coalesce(company_name, ''), coalesce(title, ''), linkedin_url) END)), 1, 12)
           END AS record_key, * EXCLUDE (guessed, shared)
FROM keyed
