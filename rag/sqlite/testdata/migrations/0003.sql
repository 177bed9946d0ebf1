-- A small memory as schema 3 wrote it. Never edited: every later schema must take it over.
INSERT INTO items(n, id, source, kind, at, kept, shadow, hash, words, thread, title, author, detail) VALUES
	(1, 'feed:1', 'news', 'article', 1795588200000000, 1795588200000000, 0, x'ca059b030d014bacfbd9f05706949a02', x'70e65d9de125a63d28e664babf936f9b', '', 'Kubernetes turns twelve', 'Ada', CAST('{"at":"2026-11-25T07:30:00+01:00","url":"https://example.org/1","article":{"feed":"Example","feed_url":"https://example.org/feed","category":"tech"}}' AS BLOB)),
	(2, 'mail:1', 'work', 'mail', 1795588200000000, 1795588200000000, 0, x'66781a3d0cd13d3b2e2ea94a43c7c5a7', x'a1e49ed18103443950f07226e75c91f5', 't1', 'Budget by Friday', 'Ben', CAST('{"at":"2026-11-25T07:30:00+01:00","private":true,"mail":{"message_id":"1","folder":"INBOX","from":{"name":"Ben","email":"ben@example.org"},"to":null,"cc":null,"unread":true,"flagged":false,"answered":false,"list_id":"","thread":"t1","attachments":null,"direct":true}}' AS BLOB));
INSERT INTO texts(n, body, extra, cjk) VALUES (1, 'It began as a small project.', 'example.org', ''), (2, 'Please send the figures.', 'ben@example.org', '');
INSERT INTO search(rowid, title, author, body, extra, cjk) SELECT n, title, author, body, extra, cjk FROM words;
INSERT INTO cursors(source, at, token) VALUES ('work', 1795588200000000, x'746f6b656e');
INSERT INTO briefs(day, generated, brief, sum) VALUES ('2026-11-24', 1795500000000000, CAST('{"schema":"minutes.brief/v1","day":"2026-11-24","summary":[{"id":"s1","text":"A first brief","items":["feed:1"]}]}' AS BLOB), x'776731083106074df54b96a2ac1ac1e4');
INSERT INTO rankings(day, ranked, sum) VALUES ('2026-11-24', CAST('[{"id":"mail:1","score":0.8},{"id":"feed:1","score":0.5}]' AS BLOB), x'c9e295e8f753089739f3b69964aefe51');
INSERT INTO judgements(id, at, judgement) VALUES (1, 1795588200000000, CAST('{"id":1,"at":"2026-11-25T07:30:00+01:00","verb":"up","item":"feed:1"}' AS BLOB));
INSERT INTO actions(id, status, due, since, item, action) VALUES ('a1', 'open', NULL, 1795588200000000, 'mail:1', CAST('{"id":"a1","text":"Send the figures","owner":"me","due":null,"item":"mail:1","status":"open","since":"2026-11-25T07:30:00+01:00"}' AS BLOB));
INSERT INTO states(source, key, value) VALUES ('news', 'k', x'76');
INSERT INTO made(kind, key, item, at, value) VALUES ('reading', 'k1', 'mail:1', 1795588200000000, CAST('{"item":"mail:1","line":"Ben wants the figures."}' AS BLOB));
INSERT INTO spending(day, usd) VALUES ('2026-11-24', 0.25);
