-- A value in the form in which two of them are compared: a difference of format is neither an edit nor a write.
CREATE OR REPLACE MACRO comparable(kind, given) AS
    CASE kind WHEN 'email' THEN lower(trim(given)) WHEN 'phone' THEN regexp_replace(given, '[^0-9]', '', 'g')
              WHEN 'number' THEN try_cast(given AS DOUBLE)::VARCHAR ELSE trim(given) END;

-- One field of one object, ready to be judged.
CREATE OR REPLACE MACRO field_state(name, kind, proposed, current_value, written, record) AS {
    'field': name, 'proposed': proposed, 'current': current_value,
    'base': CASE kind WHEN 'json' THEN json_extract(written.echoed, '$."' || name || '"')::VARCHAR
                      ELSE json_extract_string(written.echoed, '$."' || name || '"') END,
    'sent': CASE kind WHEN 'json' THEN json_extract(written.sent, '$."' || name || '"')::VARCHAR
                      ELSE json_extract_string(written.sent, '$."' || name || '"') END,
    'was_written': written.sent IS NOT NULL AND json_exists(written.sent, '$."' || name || '"'),
    'kind': kind, 'record_key': record};

-- Whether a field needs a row at all: the sources say something, it is not what stands there, and it is not what the
-- server made of exactly this when we last wrote it.
CREATE OR REPLACE MACRO differs(state) AS
    state.proposed IS NOT NULL
    AND comparable(state.kind, state.proposed) IS DISTINCT FROM comparable(state.kind, state.current)
    AND NOT (state.was_written AND state.proposed IS NOT DISTINCT FROM state.sent
             AND comparable(state.kind, state.current) IS NOT DISTINCT FROM comparable(state.kind, state.base));

-- Three-way: what we last wrote, as the server echoed it (base), what stands there (current), what the sources say
-- (proposed). A value of ours that is empty now was emptied by a human.
CREATE OR REPLACE MACRO judged(is_new, policy, base, was_written, current_value, proposed, sent, kind) AS
    CASE WHEN is_new THEN 'write:a new object'
         WHEN policy = 'source_wins' THEN 'write:the sources win here'
         WHEN current_value IS NULL AND NOT was_written THEN 'write:fills an empty field'
         WHEN policy = 'fill_empty' THEN 'keep:only empty fields are filled here'
         WHEN NOT was_written THEN 'keep:it was there before us'
         WHEN comparable(kind, current_value) IS NOT DISTINCT FROM comparable(kind, base) THEN 'write:ours, and the sources changed'
         WHEN comparable(kind, sent) IS NOT DISTINCT FROM comparable(kind, proposed) THEN 'same:a human changed it, the sources did not'
         WHEN current_value IS NULL THEN 'keep:a human cleared it, and the sources changed'
         ELSE 'keep:a human changed it, and so did the sources' END;
