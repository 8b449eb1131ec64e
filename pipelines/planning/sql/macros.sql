-- A value in the form in which two of them are compared: a difference of format is neither an edit nor a write.
CREATE OR REPLACE MACRO comparable(kind, given) AS
    CASE kind WHEN 'email' THEN lower(trim(given)) WHEN 'phone' THEN regexp_replace(given, '[^0-9]', '', 'g')
              WHEN 'number' THEN try_cast(given AS DOUBLE)::VARCHAR ELSE trim(given) END;

-- A value as plan and ledger keep it: a property is JSON there, all else text.
CREATE OR REPLACE MACRO as_kept(kind, given) AS CASE kind WHEN 'json' THEN to_json(given)::VARCHAR ELSE given::VARCHAR END;

-- Whether two values say different things. Most are equal to the letter, and those need no other form.
CREATE OR REPLACE MACRO unlike(kind, one, other) AS
    one IS DISTINCT FROM other AND comparable(kind, one) IS DISTINCT FROM comparable(kind, other);

-- Whether a field may want a row, by hashes: the sources say something else than what stands there, or nothing (any more)
-- where we may have written.
CREATE OR REPLACE MACRO stirs(proposed, current_value, nothing, known) AS
    proposed <> current_value AND (proposed <> nothing OR known);

-- A field's value in a JSON object of the ledger. What is null there, such as what we took away, is nothing.
CREATE OR REPLACE MACRO kept_value(kind, name, given) AS
    CASE kind WHEN 'json' THEN nullif(json_extract(given, '$."' || name || '"')::VARCHAR, 'null')
              ELSE json_extract_string(given, '$."' || name || '"') END;

-- One field of one object, with what we last wrote there, ready to be judged. `stood`: it held something that was not ours. `clears`: the sources say that there is
-- nothing. A text is told from JSON by its kind.
CREATE OR REPLACE MACRO field_state(name, kind, proposed, clears, current_value, written, record) AS {
    'field': name, 'kind': kind, 'proposed': proposed, 'clears': proposed IS NULL AND coalesce(clears, false), 'current': current_value,
    'base': kept_value(kind, name, written.echoed),
    'sent': kept_value(kind, name, written.sent),
    'before': kept_value(kind, name, written.before),
    'was_written': written.sent IS NOT NULL AND json_exists(written.sent, '$."' || name || '"'),
    'stood': written.found IS NOT NULL AND json_exists(written.found, '$."' || name || '"'),
    'record_key': record};

-- Whether what stands there is what the server made of our last write.
CREATE OR REPLACE MACRO is_ours(state) AS state.was_written AND NOT unlike(state.kind, state.current, state.base);

-- Whether a field needs to be looked at: it shall hold something else than it does, and that is not what the server made
-- of exactly this when we last wrote it; or what we wrote stands there and nobody says it any more.
CREATE OR REPLACE MACRO differs(state) AS
    CASE WHEN state.proposed IS NULL AND NOT state.clears THEN state.current IS NOT NULL AND state.base IS NOT NULL AND is_ours(state)
         ELSE unlike(state.kind, state.proposed, state.current)
              AND NOT (is_ours(state) AND state.proposed IS NOT DISTINCT FROM state.sent) END;

-- What is decided of a change (write, review, keep, or same: nothing to do), and the rule that says so.
CREATE OR REPLACE MACRO verdict(decision, rule) AS {'decision': decision, 'rule': rule};

-- Three-way: what we last wrote, as the server echoed it (base), what stands there (current), what the sources say
-- (proposed). A field that held something, ours or not, and is empty now was emptied by a human. `newer`: the sources spoke after the CRM did; NULL
-- where they do not say when: a date of a file is no word of its source.
CREATE OR REPLACE MACRO judged(is_new, policy, ours, was_written, stood, current_value, proposed, source_changed, newer) AS
    CASE WHEN is_new THEN verdict('write', 'a new object')
         WHEN was_written AND NOT source_changed AND policy <> 'source_wins' THEN verdict('same', 'a human changed it, the sources did not')
         WHEN policy = 'review' THEN verdict('review', 'the settings leave it to a human')
         WHEN policy = 'source_wins' THEN verdict('write', 'the sources win here')
         WHEN current_value IS NULL AND NOT was_written AND NOT stood THEN verdict('write', 'fills an empty field')
         WHEN current_value IS NULL AND NOT was_written AND policy <> 'newest' THEN verdict('keep', 'a human cleared it')
         WHEN policy IN ('fill_empty', 'append') THEN verdict('keep', 'only empty fields are filled here')
         WHEN ours THEN verdict('write', 'ours, and the sources changed')
         WHEN policy = 'newest' AND newer THEN verdict('write', 'the sources spoke last')
         WHEN policy = 'newest' AND newer IS NULL AND proposed IS NOT NULL THEN verdict('keep', 'the source does not say when it spoke')
         WHEN policy = 'newest' THEN verdict('keep', 'the CRM spoke last')
         WHEN NOT was_written THEN verdict('keep', 'it was there before us')
         WHEN proposed IS NULL THEN verdict('keep', 'a human changed it, and the sources say that there is nothing')
         WHEN current_value IS NULL THEN verdict('keep', 'a human cleared it, and the sources changed')
         ELSE verdict('keep', 'a human changed it, and so did the sources') END;

-- The elements of a JSON list of texts.
CREATE OR REPLACE MACRO elements(given) AS coalesce(try_cast(given AS VARCHAR[]), []);

-- The policy of what tells that somebody opted out: no setting keeps it from the CRM, and a human's edit stays unless the
-- sources win.
CREATE OR REPLACE MACRO opt_out_policy(policy) AS CASE policy WHEN 'source_wins' THEN policy ELSE 'crm_wins' END;

-- Whether a field tells that somebody opted out.
CREATE OR REPLACE MACRO is_opt_out(field) AS starts_with(field, 'properties.email_opt_out') OR starts_with(field, 'properties.phone_opt_out');

-- The tag of somebody who opted out of a channel, `email` or `phone`; and whether a tag is that one, as tags are compared.
CREATE OR REPLACE MACRO opt_out_tag(channel) AS channel || ' opt-out';
CREATE OR REPLACE MACRO is_opt_out_tag(tag, channel) AS lower(trim(tag)) = opt_out_tag(channel);

-- What becomes of a mark that no record supports any more, since its source or its mapping has gone: a human decides.
CREATE OR REPLACE MACRO opt_out_retract(marks, retract) AS CASE WHEN marks AND retract = 'write' THEN 'review' ELSE retract END;
