-- The decimal sign that the revenues of each landing show; none where they show none, or two.
SELECT landing, column_sign(decimal_sign(annual_revenue)) AS sign
FROM mapped_companies WHERE annual_revenue IS NOT NULL GROUP BY landing
