-- Keys that more different companies hold than one has names: an agency's e-mail, a switchboard, a directory's domain.
-- Domains count too on an e-mail or phone. A domain is judged by what company records say, by the first word of the
-- name: contacts spell their company's name in many ways.
WITH held AS (
    SELECT k.kind, k.node, k.key, n.name_fold AS called, n.domain FROM company_keys k JOIN company_nodes n USING (node) WHERE k.kind = 'email'
    UNION ALL
    SELECT 'phone', node, unnest(phones), name_fold, domain FROM company_nodes
    UNION ALL
    SELECT 'domain', node, domain, split_part(name_fold, ' ', 1), NULL FROM company_nodes WHERE domain IS NOT NULL AND NOT starts_with(name, 'said:')
)
SELECT kind, key, greatest(count(DISTINCT called), count(DISTINCT domain)) AS names FROM held
GROUP BY kind, key HAVING names > (SELECT hub_limit FROM setting)
