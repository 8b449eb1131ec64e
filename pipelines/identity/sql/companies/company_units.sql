-- Each node with its unit: what certain keys and links make one. A unit has at most one domain of its own, unless a
-- link or an e-mail says that two are one company's.
SELECT n.node, coalesce(c.component, n.node) AS unit, min(n.domain) FILTER (n.domain NOT IN (SELECT key FROM company_hubs WHERE kind = 'domain')) OVER (PARTITION BY coalesce(c.component, n.node)) AS domain
FROM company_nodes n LEFT JOIN company_firm_components c USING (node)
