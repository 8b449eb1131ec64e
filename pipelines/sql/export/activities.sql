-- The timelines: every activity, by the month in which the CRM got it. `occurred_at` is when it happened.
SELECT activity_id, coalesce(try_cast(occurred_text AS TIMESTAMPTZ), created_at) AS occurred_at, created_at, description, source,
       contact_id, contact_first_name, contact_last_name, company_id, company_name, external_id, data, raw,
       strftime(created_at, '%Y-%m') AS month
FROM fetched_activities
