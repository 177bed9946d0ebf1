#!/usr/bin/env bash
# Speed as ratios in one run, beside each goal. bench.sh [start feeds imap cal store fan jail …]; all by
# default. N rounds (15), scratch in WORK. Debian packages: newsboat dovecot-imapd khal python3-icalendar
# python3-recurring-ical-events. Nothing here fails on a time; read the ratio, three runs.
set -euo pipefail
cd "$(dirname "$0")"
ROOT=$(cd ../.. && pwd)
WORK=${WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/minutes-bench} N=${N:-15}
B=$WORK/bin D=$WORK/data M=$ROOT/bin/minutes
mkdir -p "$B" "$D"
pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true' EXIT
spawn() { "$@" >"$WORK/server.log" 2>&1 & pids+=($!); sleep 0.5; }
pty() { "$B/ptybench" -json "$WORK/out.json" "$@" "$WORK/spec.json"; }
med() { python3 -c "import json,sys,statistics as s; print(s.median(json.load(open('$WORK/out.json'))[sys.argv[1]]))" "$1"; }
goal() { python3 -c "import sys; print('%-58s %8.2f   goal %s' % (sys.argv[1], eval(sys.argv[2]), sys.argv[3]))" "$@"; }
need() { for p in "$@"; do dpkg -s "$p" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "$@" >/dev/null; return; }; done; }

build() {
	make -s -C "$ROOT" build
	go build -o "$B/" ./cmd/ptybench ./cmd/gen ./cmd/feedserver ./cmd/imapbench ./cmd/delayproxy ./cmd/sqlbench ./cmd/product
	go build -trimpath -ldflags "-s -w" -o "$B/hello" ./cmd/hello
	CGO_ENABLED=1 go build -tags "mattn sqlite_fts5" -o "$B/sqlbench-mattn" ./cmd/sqlbench
	[ -d "$D/feeds" ] || { FEED_BASE=http://127.0.0.1:8099 "$B/gen" feeds "$D/feeds"; FEED_BASE=http://127.0.0.1:8098 "$B/gen" feeds "$D/plain"; }
	[ -d "$D/mail1k" ] || "$B/gen" mail "$D/mail1k" 1000
	[ -e "$D/cal.ics" ] || "$B/gen" ics "$D/cal.ics" 5000 "$D/vdir"
}

NOW=2026-01-01T07:00:00Z
config() { # config NAME: reads TOML on stdin
	{ printf 'timezone = "Europe/Berlin"\n'; cat; printf '[runtime]\norder = []\n'; } >"$WORK/$1.toml"
	chmod 600 "$WORK/$1.toml"
}
run() { echo "\"$M\",\"--config\",\"$WORK/$1.toml\",\"--data-dir\",\"$WORK/$2\",\"--now\",\"$NOW\""; }

start() { # P3, P4
	config cached <<-T
	[[connectors.ics]]
	name = "calendar"
	path = "$D/cal.ics"
	T
	"$M" --config "$WORK/cached.toml" --data-dir "$WORK/cached" --now $NOW preload 2>/dev/null
	cat >"$WORK/spec.json" <<-J
	[{"name":"hello","argv":["$B/hello"]},
	{"name":"version","argv":["$M","version"]},
	{"name":"brief","argv":[$(run cached cached),"brief","--json"]}]
	J
	pty -n "$((N * 2))"
	goal "P3 version / hello" "$(med version)/$(med hello)" "<= 5"
	GODEBUG=inittrace=1 "$M" version 2>&1 | awk '/^init /{c+=$5;a+=$8} END{printf "P3 init %.2f ms (goal <= 4), %.2f MB allocated (goal <= 1.5)\n",c,a/1048576}'
	echo "P3 binary $(($(stat -c %s "$M") / 1048576)) MB (goal <= 28)"
	goal "P4 brief --json - version, ms" "$(med brief)-$(med version)" "<= 3"
}

nb() { echo "\"newsboat\",\"-C\",\"$D/newsboat.conf\",\"-u\",\"$D/$1/urls\",\"-c\",\"$D/$2\""; }
feedlist() { sed 's/.*/"&",/' "$D/$1/urls"; }

feeds() { # P7, P8
	need newsboat
	printf 'reload-threads 16\nshow-read-feeds yes\nrefresh-on-startup no\n' >"$D/newsboat.conf"
	spawn "$B/feedserver" -dir "$D/feeds" -addr 127.0.0.1:8099 -etag
	spawn "$B/feedserver" -dir "$D/plain" -addr 127.0.0.1:8098
	for f in feeds plain; do
		{ printf '[[connectors.feed]]\nname = "feeds"\nlimit = 100\nurls = [\n'; feedlist $f; echo ']'; } | config $f
		rm -rf "$WORK/$f"
		"$M" --config "$WORK/$f.toml" --data-dir "$WORK/$f" --now $NOW preload 2>/dev/null || true
	done
	for f in feeds:nbe.db plain:nbp.db; do [ -e "$D/${f#*:}" ] || for _ in 1 2 3; do newsboat -C "$D/newsboat.conf" -u "$D/${f%:*}/urls" -c "$D/${f#*:}" -x reload; done; done
	cat >"$WORK/spec.json" <<-J
	[{"name":"newsboat first","argv":[$(nb plain nbf.db),"-x","reload"],"setup":"rm -f $D/nbf.db*"},
	{"name":"newsboat 200","argv":[$(nb plain nbp.db),"-x","reload"]},
	{"name":"newsboat 304","argv":[$(nb feeds nbe.db),"-x","reload"]},
	{"name":"minutes first","argv":[$(run plain first),"preload"],"setup":"rm -rf $WORK/first"},
	{"name":"minutes 200","argv":[$(run plain plain),"preload"]},
	{"name":"minutes 304","argv":[$(run feeds feeds),"preload"]}]
	J
	pty -n "$N" -warm 1
	goal "P7 feeds first: newsboat / minutes, wall" "$(med 'newsboat first')/$(med 'minutes first')" ">= 3"
	goal "P8 feeds 304: newsboat / minutes" "$(med 'newsboat 304')/$(med 'minutes 304')" ">= 25"
	goal "P8 feeds 200, same body: newsboat / minutes" "$(med 'newsboat 200')/$(med 'minutes 200')" ">= 35"
	curl -s http://127.0.0.1:8099/stats || true
}

imap() { # P9
	need dovecot-imapd
	DOVE=/tmp/minutes-bench-dove # where dovecot's user can reach it
	mkdir -p "$DOVE/u1" "$DOVE/run"
	[ -d "$DOVE/u1/Maildir" ] || { cp -r "$D/mail1k" "$DOVE/u1/Maildir"; chown -R mail:mail "$DOVE/u1"; }
	cat >"$WORK/dovecot.conf" <<-C
	base_dir = $DOVE/run
	protocols = imap
	listen = 127.0.0.1
	log_path = $DOVE/log
	ssl = no
	disable_plaintext_auth = no
	mail_location = maildir:$DOVE/%u/Maildir
	first_valid_uid = 1
	service imap-login {
	  chroot =
	  inet_listener imap {
	    port = 10143
	  }
	}
	passdb {
	  driver = static
	  args = password=pw
	}
	userdb {
	  driver = static
	  args = uid=mail gid=mail home=$DOVE/%u
	}
	C
	spawn dovecot -F -c "$WORK/dovecot.conf"
	spawn "$B/delayproxy" 127.0.0.1:10144 127.0.0.1:10143 15ms
	PW=pw "$B/product" imap 127.0.0.1:10143 u1 pw
	{
		echo '['
		for p in nothing rawsnippet snippet loop; do echo "{\"name\":\"$p\",\"argv\":[\"$B/imapbench\",\"127.0.0.1:10143\",\"u1\",\"pw\",\"$p\"]},"; done
		echo "{\"name\":\"connector\",\"argv\":[\"$B/product\",\"imap\",\"127.0.0.1:10143\",\"u1\",\"pw\",\"first\"]},"
		echo "{\"name\":\"connector, 30 ms\",\"argv\":[\"$B/product\",\"imap\",\"127.0.0.1:10144\",\"u1\",\"pw\",\"first\"]}]"
	} >"$WORK/spec.json"
	pty -n "$N" -warm 1
	goal "P9 connector / raw floor" "$(med connector)/$(med rawsnippet)" "<= 1.5"
	goal "P9 per-message plan / connector" "$(med loop)/$(med connector)" ">= 8"
	goal "P9 per-message plan at 30 ms (31,400 ms) / connector" "31400/$(med 'connector, 30 ms')" ">= 150"
}

cal() { # P10
	need khal python3-icalendar python3-recurring-ical-events
	cat >"$WORK/cal.py" <<-P
	import sys, icalendar, recurring_ical_events as r, datetime as d
	c = icalendar.Calendar.from_ical(open('$D/cal.ics', 'rb').read())
	a, b = d.datetime(2026, 1, 1, tzinfo=d.timezone.utc), d.datetime(2027, 1, 1, tzinfo=d.timezone.utc)
	print(len(r.of(c).between(a, b)))
	P
	printf '[calendars]\n[[bench]]\npath = %s/vdir\n[locale]\ntimeformat = %%H:%%M\ndateformat = %%Y-%%m-%%d\nlongdateformat = %%Y-%%m-%%d\ndatetimeformat = %%Y-%%m-%%d %%H:%%M\nlongdatetimeformat = %%Y-%%m-%%d %%H:%%M\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n[sqlite]\npath = %s/khal.db\n' "$D" "$WORK" >"$WORK/khal.conf"
	config cal <<-T
	[[connectors.ics]]
	name = "calendar"
	path = "$D/cal.ics"
	T
	NOW=2026-06-10T07:00:00Z
	"$M" --config "$WORK/cal.toml" --data-dir "$WORK/cal" --now $NOW preload 2>/dev/null
	cat >"$WORK/spec.json" <<-J
	[{"name":"icalendar, year","argv":["/usr/bin/python3","$WORK/cal.py","year"]},
	{"name":"khal day, warm cache","argv":["khal","-c","$WORK/khal.conf","list","2026-06-10","1d"],"env":["LC_ALL=C.UTF-8"]},
	{"name":"minutes agenda, from the store","argv":[$(run cal cal),"brief","--json"]}]
	J
	pty -n 7 -warm 1 -limit 60s
	NOW=2026-01-01T07:00:00Z
	# In one process, on a calendar of the same size and shape: ours and the libraries, ms.
	(cd "$ROOT" && go test -run '^$' -bench 'BenchmarkYear' -benchtime 15x ./connectors/ics) | awk '/ours/{print "ours",$3/1e6} /rrule-go/{print "libs",$3/1e6}' >"$WORK/year"
	cat "$WORK/year"
	ours=$(awk '/ours/{print $2}' "$WORK/year") libs=$(awk '/libs/{print $2}' "$WORK/year")
	goal "P10 go-ical+rrule-go / ours, a year" "$libs/$ours" ">= 5"
	goal "P10 icalendar / ours, a year" "$(med 'icalendar, year')/$ours" ">= 100"
	goal "P10 khal warm / minutes, today's agenda" "$(med 'khal day, warm cache')/$(med 'minutes agenda, from the store')" ">= 25"
}

store() { # P14
	mkdir -p "$WORK/ins"
	"$B/product" keep "$WORK/ins"
	"$B/sqlbench" insert "$WORK/ins"
	"$B/sqlbench-mattn" insert "$WORK/ins"
	(cd "$ROOT" && go test -tags grpcnotrace -run '^$' -bench . -benchtime 5x ./rag/sqlite 2>/dev/null | grep -E '^Bench' || true)
}

fan() { # P15: eight sources of 50 to 500 ms at once, against the slowest alone
	: >"$WORK/fan.body"
	for d in 50 100 150 200 250 300 400 500; do
		spawn "$B/feedserver" -dir "$D/one" -addr 127.0.0.1:8$d -delay ${d}ms
		printf '[[connectors.feed]]\nname = "f%s"\nurls = ["http://127.0.0.1:8%s/feed-000.xml"]\n' $d $d >>"$WORK/fan.body"
	done
	config fan <"$WORK/fan.body"
	tail -3 "$WORK/fan.body" | config slowest
	cat >"$WORK/spec.json" <<-J
	[{"name":"slowest alone","argv":[$(run slowest slow1),"preload"],"setup":"rm -rf $WORK/slow1"},
	{"name":"all eight","argv":[$(run fan fan1),"preload"],"setup":"rm -rf $WORK/fan1"}]
	J
	pty -n "$N" -warm 1
	goal "P15 all eight - 1.05 x slowest, ms" "$(med 'all eight')-1.05*$(med 'slowest alone')" "<= 20"
}

jail() { # what the jail costs: a document, and a first preload of 1,000 beside a build that parses in the program
	"$B/product" jail | tee "$WORK/jail"
	goal "jail, the dearest document, ms" "$(awk '{print $(NF-1)}' "$WORK/jail" | sort -g | tail -1)" "<= 0.1"
	sed 's/Parse: p.pool.Parse,/Parse: func(ctx context.Context, d jail.Document) (jail.Parsed, error) {\nif d.Parser == "" {\nreturn jail.Parsed{}, nil\n}\nreturn all.Parsers()[d.Parser](ctx, d)\n},/' \
		"$ROOT/cmd/minutes/wire.go" >"$WORK/wire.go"
	! cmp -s "$WORK/wire.go" "$ROOT/cmd/minutes/wire.go"
	echo "{\"Replace\":{\"$ROOT/cmd/minutes/wire.go\":\"$WORK/wire.go\"}}" >"$WORK/overlay.json"
	(cd "$ROOT" && CGO_ENABLED=0 go build -overlay "$WORK/overlay.json" -trimpath -tags grpcnotrace -ldflags "-s -w" -o "$B/unjailed" ./cmd/minutes)
	[ -d "$D/thousand" ] || FEED_BASE=http://127.0.0.1:8097 "$B/gen" feeds "$D/thousand" 1000 10
	spawn "$B/feedserver" -dir "$D/thousand" -addr 127.0.0.1:8097
	{ printf '[[connectors.feed]]\nname = "feeds"\nurls = [\n'; feedlist thousand; echo ']'; } | config thousand
	cat >"$WORK/spec.json" <<-J
	[{"name":"in the jail","argv":[$(run thousand jailed),"preload"],"setup":"rm -rf $WORK/jailed"},
	{"name":"in the program","argv":[$(M=$B/unjailed run thousand unjailed),"preload"],"setup":"rm -rf $WORK/unjailed"}]
	J
	pty -n "$N" -warm 1 | tee "$WORK/share"
	goal "jail, share of a first preload of 1,000 documents, wall, %" "100*($(med 'in the jail')/$(med 'in the program')-1)" "<= 10"
	goal "the same, CPU, %" "$(awk '/^in the/{c[$3]=$(NF-2)} END{print 100*(c["jail"]/c["program"]-1)}' "$WORK/share")" "<= 10"
}

build
mkdir -p "$D/one" && cp "$D/plain/feed-000.xml" "$D/one/"
[ $# -gt 0 ] || set -- start feeds imap cal store fan jail
for what in "$@"; do echo "== $what"; "$what"; done
