-- The tags that tell who opted out, and with `stands` false those that tell so no more, with the record that says it.
SELECT person_id, opt_out_tag('email') AS tag, email_opt_out IS NOT NULL AS stands, email_opt_out_from AS record_key FROM golden WHERE email_opt_out_from IS NOT NULL
UNION ALL
SELECT person_id, opt_out_tag('phone'), phone_opt_out IS NOT NULL, phone_opt_out_from FROM golden WHERE phone_opt_out_from IS NOT NULL
