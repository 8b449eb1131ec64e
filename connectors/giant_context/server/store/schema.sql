-- The embedded CRM's one file. `ordinal` counts 1, 2, 3 … without gaps in order of creation: page k of a newest-first
-- list is then a range of the primary key, however long the list is. Nothing is deleted through the API;
-- Store.remove_contact closes the gap that it makes.
-- `search_text` is the folded text that a search looks through, its fields parted by line breaks.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE companies (
    ordinal        INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    website        TEXT,
    industry       TEXT,
    size           TEXT,
    annual_revenue REAL,
    phone          TEXT,
    email          TEXT,
    address        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(address)),
    properties     TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(properties)),
    tags           TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    contact_count  INTEGER NOT NULL DEFAULT 0,
    created_at     TEXT NOT NULL,
    updated_at     TEXT NOT NULL,
    search_text    TEXT NOT NULL
);

CREATE TABLE contacts (
    ordinal          INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    company_id       TEXT REFERENCES companies (id),
    first_name       TEXT NOT NULL,
    last_name        TEXT NOT NULL,
    email            TEXT,
    phone            TEXT,
    title            TEXT,
    department       TEXT,
    status           TEXT NOT NULL DEFAULT 'active',
    source           TEXT,
    properties       TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(properties)),
    tags             TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
    email_subscribed INTEGER NOT NULL DEFAULT 1,
    locale           TEXT,
    last_activity_at TEXT,
    created_at       TEXT NOT NULL,
    updated_at       TEXT NOT NULL,
    email_key        TEXT, -- folded e-mail
    phone_key        TEXT, -- the digits alone
    search_text      TEXT NOT NULL
);

-- The database itself keeps e-mail and phone unique: several processes may write at once.
CREATE UNIQUE INDEX contacts_email ON contacts (email_key) WHERE email_key IS NOT NULL;
CREATE UNIQUE INDEX contacts_phone ON contacts (phone_key) WHERE phone_key IS NOT NULL;
CREATE INDEX contacts_company ON contacts (company_id, last_name COLLATE NOCASE, first_name COLLATE NOCASE)
    WHERE company_id IS NOT NULL;

CREATE TABLE activities (
    ordinal     INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    contact_id  TEXT REFERENCES contacts (id) ON DELETE SET NULL,
    company_id  TEXT REFERENCES companies (id),
    source      TEXT,
    description TEXT NOT NULL,
    data        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
    created_at  TEXT NOT NULL,
    search_text TEXT NOT NULL
);

CREATE INDEX activities_contact ON activities (contact_id, ordinal) WHERE contact_id IS NOT NULL;
CREATE INDEX activities_company ON activities (company_id, ordinal) WHERE company_id IS NOT NULL;

-- Counting a big company's contacts for every page that shows it would be dear; keeping the count is not.
CREATE TRIGGER contacts_counted AFTER INSERT ON contacts WHEN new.company_id IS NOT NULL BEGIN
    UPDATE companies SET contact_count = contact_count + 1 WHERE id = new.company_id;
END;
CREATE TRIGGER contacts_uncounted AFTER DELETE ON contacts WHEN old.company_id IS NOT NULL BEGIN
    UPDATE companies SET contact_count = contact_count - 1 WHERE id = old.company_id;
END;
CREATE TRIGGER contacts_recounted AFTER UPDATE OF company_id ON contacts
WHEN old.company_id IS NOT new.company_id BEGIN
    UPDATE companies SET contact_count = contact_count - 1 WHERE id = old.company_id;
    UPDATE companies SET contact_count = contact_count + 1 WHERE id = new.company_id;
END;

-- A revision says whether the hits found for a search still hold.
CREATE TABLE revisions (
    name TEXT PRIMARY KEY,
    n    INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO revisions VALUES ('contacts', 0), ('companies', 0), ('activities', 0);

-- Trigrams answer a search for any part of a text of three characters or more.
CREATE VIRTUAL TABLE contacts_fts USING fts5 (
    search_text, content = 'contacts', content_rowid = 'ordinal', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER contacts_indexed AFTER INSERT ON contacts BEGIN
    INSERT INTO contacts_fts (rowid, search_text) VALUES (new.ordinal, new.search_text);
    UPDATE revisions SET n = n + 1 WHERE name = 'contacts';
END;
CREATE TRIGGER contacts_unindexed AFTER DELETE ON contacts BEGIN
    INSERT INTO contacts_fts (contacts_fts, rowid, search_text) VALUES ('delete', old.ordinal, old.search_text);
    UPDATE revisions SET n = n + 1 WHERE name = 'contacts';
END;
CREATE TRIGGER contacts_reindexed AFTER UPDATE OF search_text ON contacts
WHEN old.search_text IS NOT new.search_text BEGIN
    INSERT INTO contacts_fts (contacts_fts, rowid, search_text) VALUES ('delete', old.ordinal, old.search_text);
    INSERT INTO contacts_fts (rowid, search_text) VALUES (new.ordinal, new.search_text);
    UPDATE revisions SET n = n + 1 WHERE name = 'contacts';
END;

CREATE VIRTUAL TABLE companies_fts USING fts5 (
    search_text, content = 'companies', content_rowid = 'ordinal', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER companies_indexed AFTER INSERT ON companies BEGIN
    INSERT INTO companies_fts (rowid, search_text) VALUES (new.ordinal, new.search_text);
    UPDATE revisions SET n = n + 1 WHERE name = 'companies';
END;
CREATE TRIGGER companies_reindexed AFTER UPDATE OF search_text ON companies
WHEN old.search_text IS NOT new.search_text BEGIN
    INSERT INTO companies_fts (companies_fts, rowid, search_text) VALUES ('delete', old.ordinal, old.search_text);
    INSERT INTO companies_fts (rowid, search_text) VALUES (new.ordinal, new.search_text);
    UPDATE revisions SET n = n + 1 WHERE name = 'companies';
END;

CREATE VIRTUAL TABLE activities_fts USING fts5 (
    search_text, content = 'activities', content_rowid = 'ordinal', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER activities_indexed AFTER INSERT ON activities BEGIN
    INSERT INTO activities_fts (rowid, search_text) VALUES (new.ordinal, new.search_text);
    UPDATE revisions SET n = n + 1 WHERE name = 'activities';
END;
