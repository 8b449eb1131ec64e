-- Values that were read, and that a human may want to look at: what was found, and what the value may have been meant to
-- be. Nothing here is changed beyond the characters that nobody sees, or that a terminal obeys. `superseded`: its file has landed anew since.
WITH marked AS MATERIALIZED (
    SELECT landing, row, full_name, first_name, last_name, company_name FROM mapped_contacts
    WHERE visible(full_name) IS DISTINCT FROM full_name OR visible(first_name) IS DISTINCT FROM first_name
       OR visible(last_name) IS DISTINCT FROM last_name OR visible(company_name) IS DISTINCT FROM company_name
), names AS (
    SELECT 'contacts' AS object, landing, row, 'full_name' AS field, full_name AS value FROM marked
    UNION ALL SELECT 'contacts', landing, row, 'first_name', first_name FROM marked
    UNION ALL SELECT 'contacts', landing, row, 'last_name', last_name FROM marked
    UNION ALL SELECT 'contacts', landing, row, 'company_name', company_name FROM marked
    UNION ALL SELECT 'companies', landing, row, 'name', name FROM mapped_companies
), flagged AS (
    SELECT object, landing, row, field, value, 'control characters removed' AS flag, suggestion FROM controlled_values
    UNION ALL
    SELECT object, landing, row, field, value, 'invisible characters removed', visible(value) FROM names
    WHERE visible(value) IS DISTINCT FROM value
    UNION ALL
    SELECT g.object, g.landing, g.row, 'email', g.raw, 'invisible characters removed', k.email
    FROM given_emails g JOIN email_keys k ON k.raw = g.raw WHERE k.email IS NOT NULL AND visible_address(k.raw) <> k.raw
    UNION ALL
    SELECT object, landing, row, 'phone', given, 'invisible characters removed', raw FROM given_phones WHERE raw <> given
    UNION ALL
    SELECT DISTINCT e.object, e.landing, e.row, 'email', e.raw, 'letters of several scripts in one word', NULL
    FROM read_emails e WHERE e.raw IN (SELECT raw FROM email_keys WHERE mixes_scripts(split_part(email, '@', 1)))
       OR e.host IN (SELECT host FROM spelled_hosts WHERE mixes_scripts(spelled))
    UNION ALL
    SELECT e.object, e.landing, e.row, 'email', e.raw, 'the domain reads like a typo of ' || m.meant, split_part(e.email, '@', 1) || '@' || m.meant
    FROM read_emails e JOIN mistyped_hosts m ON m.host = e.host
    UNION ALL
    SELECT e.object, e.landing, e.row, 'email', e.raw, 'a disposable domain', NULL
    FROM read_emails e JOIN domain_keys d ON d.host = e.host
    WHERE d.disposable AND e.host NOT IN (SELECT host FROM mistyped_hosts)
    UNION ALL
    -- A file that was put back to an earlier state: its rows' own change times say so, and are believed.
    SELECT r.object, r.landing, r.row, 'modified_at', m.modified_text, 'the file said something newer before: this row is not used', NULL
    FROM replaced r JOIN newest_landings n ON n.landing = r.landing
    JOIN (FROM landings JOIN landing_places USING (landing)) own ON own.landing = r.landing
    JOIN (FROM landings JOIN landing_places USING (landing)) before ON before.landing = r.by_landing
    JOIN (SELECT 'contacts' AS object, landing, row, modified_text FROM contact_versions UNION ALL SELECT 'companies', landing, row, modified_text FROM company_versions) m
      ON m.object = r.object AND m.landing = r.landing AND m.row = r.row
    WHERE before.landing NOT IN (SELECT landing FROM newest_landings) AND before.source = own.source AND before.object = own.object AND before.series = own.series
)
SELECT l.source, l.file, f.landing, f.row, f.object, f.field, f.value, f.flag, f.suggestion, n.landing IS NULL AS superseded
FROM flagged f JOIN landings l ON l.landing = f.landing LEFT JOIN newest_landings n ON n.landing = f.landing
