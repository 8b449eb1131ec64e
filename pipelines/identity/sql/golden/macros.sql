-- How much a record says.
CREATE OR REPLACE MACRO fullness(first, last, title, company, emails, phones) AS
    (first IS NOT NULL)::INT + (last IS NOT NULL)::INT + (title IS NOT NULL)::INT + (company IS NOT NULL)::INT + len(emails) + len(phones);

-- Why a record's value gave way to another's: the first in which the two differ of what puts the records in order for the
-- field, by the field's rule and the sources that its settings name. `name`: first and last name go as a pair.
CREATE OR REPLACE MACRO gave_way(name, rule, sources, lost, won) AS
    CASE WHEN name AND won.whole AND NOT lost.whole THEN 'it is no whole name'
         WHEN name AND lost.superseded AND NOT won.superseded THEN 'its file has it no more'
         WHEN list_position(sources, lost.source_order) IS DISTINCT FROM list_position(sources, won.source_order) THEN 'its source comes later for this field'
         WHEN rule NOT IN ('newest', 'most_complete') AND lost.source_order <> won.source_order THEN 'its source comes later'
         WHEN lost.superseded <> won.superseded THEN 'its file has it no more'
         WHEN rule = 'most_complete' AND lost.says <> won.says THEN 'it says less'
         WHEN rule = 'most_complete' AND lost.source_order <> won.source_order THEN 'its source comes later'
         WHEN lost.modified_at IS NULL AND won.modified_at IS NOT NULL THEN 'it does not say when it changed'
         WHEN lost.modified_at <> won.modified_at THEN 'it changed earlier'
         WHEN lost.day <> won.day THEN 'its file is older'
         WHEN lost.source_order <> won.source_order THEN 'its source comes later'
         WHEN lost.says <> won.says THEN 'it says less'
         ELSE 'no rule tells them apart' END;
