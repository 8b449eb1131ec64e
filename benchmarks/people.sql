-- Rows of people as somebody's table has them, made of the numbers in `drawn`; lists of words are variables.
-- Row `place` of a person shares its e-mail with the next row where `place` is even and its phone where it is odd: that
-- makes chains. `roll_…` are draws of the row from 0 to 999,999, the other numbers belong to the person.
WITH named AS (
    SELECT *, getvariable('firsts')[1 + first_number] AS first, getvariable('nicknames')[1 + first_number] AS nickname,
           getvariable('stems')[1 + last_number % len(getvariable('stems'))]
           || getvariable('endings')[1 + last_number // len(getvariable('stems'))] AS last,
           place // 2 AS email_number, 4 * person + (place + 1) // 2 AS line,
           getvariable('firms')[1 + company % len(getvariable('firms'))] || ' ' || company AS firm,
           CASE WHEN company % 250 = 0 THEN 'müller' ELSE 'firma' END || company || '.example' AS firm_host,
           roll_country >= 100000 AS says_country,
           role >= 0 OR mailbox >= 0 OR (roll_email >= 30000 AND NOT (places = 1 AND roll_email >= 900000)) AS good_email,
           switchboard >= 0 OR (roll_phone >= 30000 AND NOT (places = 1 AND roll_phone >= 900000)) AS good_phone,
           role < 0 AND mailbox < 0 AND roll_email < 30000 AS bad_email,
           switchboard < 0 AND roll_phone < 30000 AS bad_phone
    FROM drawn
), keyed AS (
    SELECT *,
           CASE WHEN role >= 0 THEN getvariable('roles')[1 + role] || '@' || firm_host
                WHEN mailbox >= 0 THEN 'maria.keller@nordlicht' || mailbox || '.example'
                ELSE ['', 'p.', 'x-'][1 + email_number] || lower(strip_accents(first)) || '.' || lower(strip_accents(last)) || person || '@'
                     || CASE WHEN email_number = 0 AND person % 5 < 3 THEN firm_host
                             ELSE getvariable('free_hosts')[1 + (person + email_number) % len(getvariable('free_hosts'))] END
           END AS email,
           -- 48271 is prime to each range, so no two lines meet in one number.
           CASE country
                WHEN 'US' THEN getvariable('areas')[1 + line % len(getvariable('areas'))] || lpad(((line // len(getvariable('areas')) * 48271) % 8000000 + 2000000)::VARCHAR, 7, '0')
                WHEN 'DE' THEN '151' || lpad(((line * 48271) % 100000000)::VARCHAR, 8, '0')
                WHEN 'GB' THEN '7' || ((line * 48271) % 300000000 + 100000000)
                WHEN 'FR' THEN '6' || lpad(((line * 48271) % 30000000)::VARCHAR, 8, '0')
                WHEN 'ES' THEN '6' || lpad(((line * 48271) % 100000000)::VARCHAR, 8, '0')
                WHEN 'IT' THEN '33' || lpad(((line * 48271) % 100000000)::VARCHAR, 8, '0')
                WHEN 'NL' THEN '6' || ((line * 48271) % 50000000 + 10000000)
                WHEN 'CH' THEN '7' || ((line * 48271) % 40000000 + 60000000) END AS national
    FROM (SELECT *, getvariable('countries')[1 + country_number] AS country FROM named)
), grouped AS (
    SELECT *, getvariable('calling_codes')[1 + country_number] AS calling_code,
           getvariable('trunks')[1 + country_number] AS trunk,
           [substr(national, 1, 3), substr(national, 4, 3), substr(national, 7)] AS groups
    FROM keyed
)
SELECT CASE WHEN roll_name < 30000 THEN upper(first) WHEN roll_name < 60000 THEN lower(first)
            WHEN roll_name < 80000 THEN substr(first, 1, 1) || '.' WHEN roll_name < 100000 THEN nickname
            WHEN roll_name < 105000 THEN last WHEN roll_name >= 990000 THEN '' ELSE first END AS "First Name",
       CASE WHEN roll_name < 30000 THEN upper(last) WHEN roll_name < 60000 THEN lower(last)
            WHEN roll_name BETWEEN 100000 AND 104999 THEN first ELSE last END AS "Last Name",
       CASE WHEN bad_email THEN
                [split_part(email, '@', 1), split_part(email, '@', 1) || '@', replace(email, '@', ' at '), replace(email, '@', '@@'),
                 replace(email, '@', '@.'), 'n/a', '-', 'none', 'test@test.com', 'noemail@noemail.com'][1 + roll_email % 10]
            WHEN NOT good_email THEN ''
            WHEN roll_spelling < 30000 THEN upper(email) WHEN roll_spelling < 50000 THEN '  ' || email || ' '
            WHEN roll_spelling < 55000 THEN 'mailto:' || email
            WHEN roll_spelling < 65000 THEN first || ' ' || last || ' <' || email || '>' ELSE email END AS "Email",
       CASE WHEN bad_phone THEN ['12', '000000', 'call me', 'n/a', '-', '+', '99999999999999999', 'see notes', 'x', '0'][1 + roll_phone % 10]
            WHEN NOT good_phone THEN ''
            WHEN switchboard >= 0 THEN '+49 30 ' || (20000000 + switchboard)
            WHEN NOT says_country OR roll_notation % 6 = 0 THEN '+' || calling_code || ' ' || array_to_string(groups, ' ')
            WHEN roll_notation % 6 = 1 THEN '+' || calling_code || national
            WHEN roll_notation % 6 = 2 AND country <> 'US' THEN '00' || calling_code || ' ' || national
            WHEN roll_notation % 6 = 3 THEN trunk || array_to_string(groups, '-')
            WHEN roll_notation % 6 = 4 THEN '(' || trunk || groups[1] || ') ' || groups[2] || '-' || groups[3]
            ELSE trunk || national END AS "Phone",
       CASE WHEN roll_company < 200000 THEN '' WHEN roll_company < 300000 THEN firm ELSE firm || ' GmbH' END AS "Company",
       CASE WHEN roll_title < 200000 THEN '' ELSE getvariable('titles')[1 + roll_title % len(getvariable('titles'))] END AS "Job Title",
       CASE WHEN NOT says_country THEN '' WHEN roll_country < 250000 THEN getvariable('country_names')[1 + country_number] ELSE country END AS "Country",
       CASE WHEN roll_tags < 700000 THEN '' ELSE getvariable('tags')[1 + roll_tags % len(getvariable('tags'))] END AS "Tags",
       person::BIGINT AS person, place, switchboard >= 0 AS on_switchboard, mailbox >= 0 AS in_shared_mailbox, role >= 0 AS in_role_mailbox,
       bad_email, bad_phone
FROM grouped ORDER BY position
