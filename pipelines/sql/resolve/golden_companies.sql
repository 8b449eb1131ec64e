-- One row a company: the value of each field; `name_from` is the record, or what contacts say, that names it.
-- The CRM takes five ranges for the size and a number for the revenue: anything else stays out.
WITH sized AS (
    SELECT *, CASE
        WHEN size IN ('1-10', '11-50', '51-200', '201-500', '500+') THEN size
        WHEN try_cast(size AS BIGINT) BETWEEN 1 AND 10 THEN '1-10'
        WHEN try_cast(size AS BIGINT) BETWEEN 11 AND 50 THEN '11-50'
        WHEN try_cast(size AS BIGINT) BETWEEN 51 AND 200 THEN '51-200'
        WHEN try_cast(size AS BIGINT) BETWEEN 201 AND 500 THEN '201-500'
        WHEN try_cast(size AS BIGINT) > 500 THEN '500+' END AS size_range,
        try_cast(annual_revenue AS DOUBLE) AS revenue
    FROM ranked_companies
)
SELECT company_id, count(*) AS records,
       coalesce(arg_min(name, rank) FILTER (name IS NOT NULL), arg_min(domain, rank) FILTER (domain IS NOT NULL)) AS name,
       coalesce(arg_min(node, rank) FILTER (name IS NOT NULL), arg_min(node, rank)) AS name_from,
       arg_min(website, rank) FILTER (website IS NOT NULL) AS website,
       arg_min(domain, rank) FILTER (domain IS NOT NULL) AS domain,
       arg_min(industry, rank) FILTER (industry IS NOT NULL) AS industry,
       arg_min(size_range, rank) FILTER (size_range IS NOT NULL) AS size,
       arg_min(revenue, rank) FILTER (isfinite(revenue)) AS annual_revenue,
       arg_min(emails[1], rank) FILTER (len(emails) > 0) AS email,
       arg_min(phones[1], rank) FILTER (len(phones) > 0) AS phone,
       arg_min(street, rank) FILTER (street IS NOT NULL) AS street,
       arg_min(city, rank) FILTER (city IS NOT NULL) AS city,
       arg_min(state, rank) FILTER (state IS NOT NULL) AS state,
       arg_min(country, rank) FILTER (country IS NOT NULL) AS country,
       arg_min(postal_code, rank) FILTER (postal_code IS NOT NULL) AS postal_code
FROM sized GROUP BY company_id
