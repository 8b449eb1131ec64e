-- The legal form at the end of a folded company name: one company may bear it here and leave it out there.
CREATE OR REPLACE MACRO legal_form(name) AS
    regexp_extract(name, ' ((incorporated|inc|llc|llp|lp|ltd|limited|plc|corporation|corp|company|co|gmbh|mbh|kg|ag|se|ug|ohg|ev|sarl|sas|sa|sl|srl|spa|bv|nv|ab|as|asa|aps|oy|oyj|pty|pte|kk|sro|doo|kft|zrt|s a|s l|b v|n v|s r l|s p a|co kg|e v)( |$))+$');
CREATE OR REPLACE MACRO without_legal_form(name) AS nullif(trim(left(name, length(name) - length(legal_form(name)))), '');

-- Whether a word is another one or the beginning of it.
CREATE OR REPLACE MACRO words_fit(a, b) AS
    a = b OR (least(length(a), length(b)) >= 3 AND (starts_with(a, b) OR starts_with(b, a)));
CREATE OR REPLACE MACRO words_within(few, many) AS
    len(list_filter(few, lambda x: len(list_filter(many, lambda y: words_fit(x, y))) = 0)) = 0;

-- Whether two folded company names may be one company's: every word of the shorter stands in the longer. A missing
-- name fits anything. "Ritz cafe" and "Ritz dining room" do not fit: each says something that the other does not.
CREATE OR REPLACE MACRO company_names_fit(a, b) AS
    a = '' OR b = '' OR replace(a, ' ', '') = replace(b, ' ', '')
    OR CASE WHEN len(string_split(a, ' ')) <= len(string_split(b, ' ')) THEN words_within(string_split(a, ' '), string_split(b, ' '))
            ELSE words_within(string_split(b, ' '), string_split(a, ' ')) END;
