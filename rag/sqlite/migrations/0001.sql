-- Items. A row is one source's copy of an item; where several sources bring the same id, one copy
-- leads and the others are shadows that wait behind it. Times are microseconds since 1970, UTC.
CREATE TABLE items (
	n      INTEGER PRIMARY KEY,
	id     TEXT    NOT NULL,
	source TEXT    NOT NULL,
	kind   TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	kept   INTEGER NOT NULL,           -- when this row was last written
	shadow INTEGER NOT NULL DEFAULT 0,
	hash   BLOB    NOT NULL,           -- of all of it: the same hash, nothing to write
	words  BLOB    NOT NULL,           -- of what is indexed: the same hash, nothing to index
	thread TEXT    NOT NULL,
	title  TEXT    NOT NULL,
	author TEXT    NOT NULL,
	detail BLOB    NOT NULL            -- JSON of the rest
) STRICT;
CREATE UNIQUE INDEX items_id ON items(id, source);
CREATE INDEX items_at ON items(at);
CREATE INDEX items_kind ON items(kind, at);
CREATE INDEX items_source ON items(source, at);
CREATE INDEX items_thread ON items(thread) WHERE thread <> '';
CREATE INDEX items_shadow ON items(source) WHERE shadow = 1;

-- The long texts stand apart, so that a list of items does not read them.
CREATE TABLE texts (
	n     INTEGER PRIMARY KEY REFERENCES items(n) ON DELETE CASCADE,
	body  TEXT NOT NULL,
	extra TEXT NOT NULL, -- people, places, tags, feeds: found, not shown
	cjk   TEXT NOT NULL  -- pairs of characters of scripts written without spaces
) STRICT;

CREATE VIEW words AS
	SELECT i.n AS n, i.title AS title, i.author AS author, t.body AS body, t.extra AS extra, t.cjk AS cjk
	FROM items i JOIN texts t ON t.n = i.n;

CREATE VIRTUAL TABLE search USING fts5(title, author, body, extra, cjk, content='words', content_rowid='n',
	tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO search(search, rank) VALUES('rank', 'bm25(4.0, 2.0, 1.0, 1.0, 2.0)');
-- A first fetch brings thousands of items in one transaction: with room to collect their words the
-- index is written once and not merged again and again.
INSERT INTO search(search, rank) VALUES('hashsize', 16777216);

-- Rows of a first fetch of thousands, which the index does not hold yet: the brief need not wait for
-- them. The next search or write indexes them before anything else.
CREATE TABLE unindexed (
	first INTEGER PRIMARY KEY,
	last  INTEGER NOT NULL
) STRICT;

CREATE TABLE cursors (
	source TEXT PRIMARY KEY,
	at     INTEGER, -- NULL: never
	token  BLOB
) STRICT, WITHOUT ROWID;

-- Every brief that was made; a day's newest is the one shown.
CREATE TABLE briefs (
	n         INTEGER PRIMARY KEY,
	day       TEXT    NOT NULL,
	generated INTEGER NOT NULL,
	brief     BLOB    NOT NULL
) STRICT;
CREATE INDEX briefs_day ON briefs(day, n);

-- The order that a day's newest brief was made from: JSON of ids, scores and reasons.
CREATE TABLE rankings (
	day    TEXT PRIMARY KEY,
	ranked BLOB NOT NULL
) STRICT;

-- Append-only: no statement of the program updates or deletes here.
CREATE TABLE judgements (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	judgement BLOB    NOT NULL
) STRICT;

CREATE TABLE actions (
	id     TEXT PRIMARY KEY,
	status TEXT    NOT NULL,
	due    INTEGER,
	since  INTEGER NOT NULL,
	done   INTEGER,
	item   TEXT    NOT NULL,
	action BLOB    NOT NULL
) STRICT;

CREATE TABLE runs (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	start INTEGER NOT NULL,
	run   BLOB    NOT NULL
) STRICT;

CREATE TABLE statuses (
	source TEXT PRIMARY KEY,
	status BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE states (
	source TEXT NOT NULL,
	key    TEXT NOT NULL,
	value  BLOB NOT NULL,
	PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

-- What left this machine: one row a day, run, source, host and class, with how often.
CREATE TABLE departures (
	day    TEXT    NOT NULL,
	run    TEXT    NOT NULL,
	source TEXT    NOT NULL,
	host   TEXT    NOT NULL,
	class  TEXT    NOT NULL,
	last   INTEGER NOT NULL,
	count  INTEGER NOT NULL,
	PRIMARY KEY (day, run, source, host, class)
) STRICT, WITHOUT ROWID;

-- The numbers beside the items of the list that was printed last.
CREATE TABLE printed (
	pos INTEGER PRIMARY KEY,
	id  TEXT NOT NULL
) STRICT;
