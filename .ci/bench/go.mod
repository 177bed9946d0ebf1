module bench

go 1.26.0

require (
	github.com/creack/pty v1.1.24
	github.com/dailyminutes/minutes v0.0.0
	github.com/emersion/go-ical v0.0.0-20250329121855-f41e73efc392
	github.com/emersion/go-imap/v2 v2.0.0-beta.8
	github.com/mattn/go-sqlite3 v1.14.53
	github.com/teambition/rrule-go v1.8.2
	modernc.org/sqlite v1.62.0
)

replace github.com/dailyminutes/minutes => ../..
