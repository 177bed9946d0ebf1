-- Damage is seen. SQLite's own check finds a broken page, not a bit that turned inside a value. Items have
-- a hash; briefs and rankings get one; of the rest there is a second copy, an index over all columns,
-- which the same check compares with the rows.
DROP INDEX items_at;
CREATE INDEX items_at ON items(at, kept);

ALTER TABLE briefs ADD COLUMN sum BLOB;   -- of day, time and brief; NULL: made before there were sums
ALTER TABLE rankings ADD COLUMN sum BLOB; -- of day and ranking

CREATE INDEX cursors_twin ON cursors(at, token);
CREATE INDEX judgements_twin ON judgements(at, judgement);
CREATE INDEX actions_twin ON actions(status, due, since, done, item, action);
CREATE INDEX runs_twin ON runs(start, run);
CREATE INDEX statuses_twin ON statuses(status);
CREATE INDEX states_twin ON states(value);
CREATE INDEX departures_twin ON departures(last, count);
CREATE INDEX printed_twin ON printed(id);
CREATE INDEX unindexed_twin ON unindexed(last);
