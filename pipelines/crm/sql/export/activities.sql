-- The timelines: every activity, by the month in which the CRM got it. `occurred_at` is when it happened; what its
-- writer said of that counts only where it is a moment ('infinity' reads as one and is none).
WITH said AS (SELECT *, try_cast(occurred_text AS TIMESTAMPTZ) AS moment FROM fetched_activities)
SELECT activity_id, CASE WHEN isfinite(moment) THEN moment ELSE created_at END AS occurred_at, created_at, description, source,
       contact_id, contact_first_name, contact_last_name, company_id, company_name, external_id, data, raw,
       strftime(created_at, '%Y-%m') AS month
FROM said
