-- One row a company: the value of each field and the record that it comes from; where only contacts speak of the
-- company, that is one of theirs.
SELECT company_id, count(*) AS records,
       coalesce(arg_min(name, rank) FILTER (name IS NOT NULL), arg_min(domain, rank) FILTER (domain IS NOT NULL)) AS name,
       coalesce(arg_min(record_key, rank) FILTER (name IS NOT NULL), arg_min(record_key, rank)) AS name_from,
       arg_min(website, rank) FILTER (website IS NOT NULL) AS website, arg_min(record_key, rank) FILTER (website IS NOT NULL) AS website_from,
       arg_min(domain, rank) FILTER (domain IS NOT NULL) AS domain, arg_min(record_key, rank) FILTER (domain IS NOT NULL) AS domain_from,
       arg_min(industry, rank) FILTER (industry IS NOT NULL) AS industry, arg_min(record_key, rank) FILTER (industry IS NOT NULL) AS industry_from,
       arg_min(size_range, rank) FILTER (size_range IS NOT NULL) AS size, arg_min(record_key, rank) FILTER (size_range IS NOT NULL) AS size_from,
       arg_min(revenue, rank) FILTER (isfinite(revenue)) AS annual_revenue, arg_min(record_key, rank) FILTER (isfinite(revenue)) AS annual_revenue_from,
       arg_min(emails[1], rank) FILTER (len(emails) > 0) AS email, arg_min(record_key, rank) FILTER (len(emails) > 0) AS email_from,
       arg_min(phones[1], rank) FILTER (len(phones) > 0) AS phone, arg_min(record_key, rank) FILTER (len(phones) > 0) AS phone_from,
       arg_min(street, rank) FILTER (street IS NOT NULL) AS street, arg_min(record_key, rank) FILTER (street IS NOT NULL) AS street_from,
       arg_min(city, rank) FILTER (city IS NOT NULL) AS city, arg_min(record_key, rank) FILTER (city IS NOT NULL) AS city_from,
       arg_min(state, rank) FILTER (state IS NOT NULL) AS state, arg_min(record_key, rank) FILTER (state IS NOT NULL) AS state_from,
       arg_min(country, rank) FILTER (country IS NOT NULL) AS country, arg_min(record_key, rank) FILTER (country IS NOT NULL) AS country_from,
       arg_min(postal_code, rank) FILTER (postal_code IS NOT NULL) AS postal_code, arg_min(record_key, rank) FILTER (postal_code IS NOT NULL) AS postal_code_from
FROM ranked_companies GROUP BY company_id
