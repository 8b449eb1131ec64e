-- E-mails of a family: their holders bear one last name and different first names. A first name counts where it is a
-- known one and no nickname of the other, for otherwise it may be mistyped. Such an e-mail joins only who has the same
-- first name.
WITH named AS (
    SELECT DISTINCT kind, key, last_fold, split_part(first_fold, ' ', 1) AS first
    FROM firm_shared ANTI JOIN firm_hubs USING (kind, key) WHERE kind = 'email' AND last_fold <> '' AND first_fold <> ''
), known AS (
    SELECT * FROM named SEMI JOIN given_names ON given_names.name = named.first
)
SELECT DISTINCT x.kind, x.key FROM known x JOIN known y ON y.kind = x.kind AND y.key = x.key AND y.last_fold = x.last_fold AND x.first < y.first
ANTI JOIN nickname_pairs p ON p.a = x.first AND p.b = y.first
