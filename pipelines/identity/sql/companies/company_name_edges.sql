-- Units that a name joins: one without a domain is what its name says, where just one domain or none bears that name.
-- Where companies of one name are in different cities, the city is part of the name.
WITH named AS (
    SELECT n.node, u.unit, u.domain, n.base, n.city, count(DISTINCT n.city) OVER (PARTITION BY n.base) > 1 AS far
    FROM company_nodes n JOIN company_units u USING (node) WHERE n.base IS NOT NULL
), grouped AS (
    SELECT *, CASE WHEN far THEN coalesce(city, '') ELSE '' END AS place FROM named
), groups AS (
    SELECT base, place, count(DISTINCT domain) AS domains, min(unit) FILTER (domain IS NOT NULL) AS owner,
           min(unit) FILTER (domain IS NULL) AS first, arg_min(node, unit) FILTER (domain IS NOT NULL) AS owner_node,
           arg_min(node, unit) FILTER (domain IS NULL) AS first_node
    FROM grouped GROUP BY ALL
)
SELECT g.unit AS a, CASE WHEN s.domains = 1 THEN s.owner ELSE s.first END AS b, g.node AS node_a,
       CASE WHEN s.domains = 1 THEN s.owner_node ELSE s.first_node END AS node_b, g.base AS key
FROM grouped g JOIN groups s USING (base, place) WHERE g.domain IS NULL
