-- What models made of items, and what they cost. made can be made again: it goes with its item.
CREATE TABLE made(
	kind TEXT NOT NULL, -- reading or answer
	key TEXT NOT NULL,
	item TEXT NOT NULL, -- "" for what is of no single item
	at INTEGER NOT NULL,
	value BLOB NOT NULL,
	PRIMARY KEY(kind, key)
);
CREATE INDEX made_item ON made(item);
CREATE INDEX made_twin ON made(kind, at, value);

CREATE TABLE spending(day TEXT PRIMARY KEY, usd REAL NOT NULL);
CREATE INDEX spending_twin ON spending(usd);
