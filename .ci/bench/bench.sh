#!/usr/bin/env bash
# Speed as ratios in one run, beside each goal. bench.sh [start feeds imap cal store fan jail models stream …]; all by
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
	go build -o "$B/" ./cmd/ptybench ./cmd/gen ./cmd/feedserver ./cmd/imapbench ./cmd/delayproxy ./cmd/sqlbench ./cmd/product ./cmd/llmvoice
	go build -trimpath -ldflags "-s -w" -o "$B/hello" ./cmd/hello
	CGO_ENABLED=1 go build -tags "mattn sqlite_fts5" -o "$B/sqlbench-mattn" ./cmd/sqlbench
	[ -d "$D/feeds" ] || { FEED_BASE=http://127.0.0.1:8099 "$B/gen" feeds "$D/feeds"; FEED_BASE=http://127.0.0.1:8098 "$B/gen" feeds "$D/plain"; }
	[ -d "$D/mail1k" ] || "$B/gen" mail "$D/mail1k" 1000
	[ -e "$D/cal.ics" ] || "$B/gen" ics "$D/cal.ics" 5000 "$D/vdir"
}

NOW=2026-01-01T07:00:00Z
config() { # config NAME [RUNTIME]: reads TOML on stdin; without RUNTIME there is no model
	{ printf 'timezone = "Europe/Berlin"\n'; cat; printf '[runtime]\n%s\n' "${2:-order = []}"; } >"$WORK/$1.toml"
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
	for _ in $(seq "$N"); do GODEBUG=inittrace=1 "$M" version 2>&1 | awk '/^init /{c+=$5;a+=$8} END{print c,a/1048576}'; done | sort -g >"$WORK/init"
	awk '{c[NR]=$1;a=$2} END{printf "P3 init %.2f ms (median, %.2f to %.2f; goal <= 4), %.2f MB allocated (goal <= 1.5)\n",c[int((NR+1)/2)],c[1],c[NR],a}' "$WORK/init"
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

# The models' part runs on llmsim, the stand-in for a vLLM on an L4 that ../shared/bench has (third party: it
# is built there and not kept here), behind llmvoice, which answers in form.
model() { printf '[[runtime.model]]\nname = "gpu"\ntype = "%s"\nbase_url = "http://127.0.0.1:%s"\nmodel = "sim"\n' "$1" "$2"; }
sim() { # sim SCALE SEQUENCES [WINDOW]: both anew, with an empty prefix cache
	[ -z "${simmed:-}" ] || { kill $simmed 2>/dev/null || true; wait $simmed 2>/dev/null || true; }
	spawn "$B/llmsim" -addr 127.0.0.1:8077 -scale "$1" -batch "$2"
	simmed=${pids[-1]}
	spawn "$B/llmvoice" -window "${3:-32768}"
	simmed="$simmed ${pids[-1]}"
}
stats() { curl -s http://127.0.0.1:8078/stats >"$WORK/voice.json"; }
v() { python3 -c "import json,sys; d=json.load(open('$WORK/voice.json')); print(d['kinds'].get(sys.argv[2],0) if sys.argv[1]=='kinds' else d[sys.argv[1]])" "$@"; }
preload() { # preload CONFIG DATA [NOW]: wall ms in $took
	local t=$(date +%s%N)
	"$M" --config "$WORK/$1.toml" --data-dir "$WORK/$2" --now "${3:-$NOW}" preload 2>"$WORK/preload.log" || { echo "preload: exit $?"; tail -3 "$WORK/preload.log"; }
	took=$((($(date +%s%N) - t) / 1000000))
}

models() { # P16 to P18, P20: six sources of ten items, which are 60 readers
	[ -d "$ROOT/../shared/bench" ] || { echo "models: skipped, ../shared/bench is not here"; return; }
	(cd "$ROOT/../shared/bench" && go build -o "$B/" ./cmd/llmsim ./cmd/briefsim)
	rm -rf "$D/six" && FEED_BASE=http://127.0.0.1:8096 "$B/gen" feeds "$D/six" 6 10
	spawn "$B/feedserver" -dir "$D/six" -addr 127.0.0.1:8096
	six=${pids[-1]}
	for i in 0 1 2 3 4 5; do printf '[[connectors.feed]]\nname = "f%s"\nurls = ["http://127.0.0.1:8096/feed-00%s.xml"]\n' $i $i; done >"$WORK/six.body"
	config none <"$WORK/six.body"
	config gpu "$(model openai 8078/v1)" <"$WORK/six.body"
	config one "$(model ollama 8078)" <"$WORK/six.body"
	config dead "$(model openai 9/v1)" <"$WORK/six.body" # nobody listens there
	simmed=
	sim 0.2 256
	"$B/briefsim" -scale 0.2 | tee "$WORK/plans"
	plan() { awk -v p="$1" 'index($0, p)==1{for(i=1;i<NF;i++) if($i=="wall") print $(i+1)}' "$WORK/plans"; }
	walls=() heard=()
	for _ in 1 2 3; do
		sim 1 256
		rm -rf "$WORK/gpu"
		preload gpu gpu
		stats
		walls+=("$took") heard+=("$(v wall_ms)")
		echo "preload $took ms; the server's own wall $(v wall_ms) ms, of it readers $(v read_ms) ms; $(v kinds read) readers, $(v kinds plan) plans, $(v at_once) at once; $(v prompt) tokens read, $(v completion) written; load $(cut -d' ' -f1 /proc/loadavg)"
		echo "P18 worst cached share after the first call, %: of full blocks $(v worst_blocks) (goal >= 95), of the whole prefix $(v worst_prefix)"
	done
	mid() { printf '%s\n' "$@" | sort -n | sed -n 2p; }
	mine=$(mid "${walls[@]}")/1000
	goal "P16 one prompt for all / minutes" "$(plan 'one prompt')/($mine)" ">= 8"
	goal "P16 minutes / sections at once" "($mine)/$(plan 'sections and headline all')" "<= 0.6"
	goal "P16 readers in turn / minutes" "$(plan 'one call per item')/($mine)" ">= 30"
	mine=$(mid "${heard[@]}")/1000 # a busy machine delays all that is around the calls
	goal "P16 the three, from the first call to the last token" "$(plan 'one prompt')/($mine)" ">= 8"
	goal "" "($mine)/$(plan 'sections and headline all')" "<= 0.6"
	goal "" "$(plan 'one call per item')/($mine)" ">= 30"
	for q in "what does feed 2 say" "when was item 3 published" "who wrote about plans"; do
		"$M" --config "$WORK/gpu.toml" --data-dir "$WORK/gpu" --now $NOW ask "$q" >/dev/null 2>&1 || true
	done
	stats; echo "P18 three questions: $(v kinds plan) plans, $(v kinds answer) answers; worst cached share of full blocks, %: $(v worst_blocks) (goal >= 95)"
	later=2026-01-01T09:00:00Z # the brief has expired: it is made anew
	preload gpu gpu; stats; echo "P17 nothing new: calls $(v calls) (goal 0)"
	preload gpu gpu $later; stats; echo "P17 nothing new, the brief expired: calls $(v calls) (goal 0)"
	preload gpu gpu 2026-01-02T07:00:00Z; stats; echo "P17 nothing new, the next morning: calls $(v calls), of them plans $(v kinds plan) (goal <= 1)"
	rm -rf "$WORK/gpu"; preload gpu gpu; stats
	awk '/<item>/ && n < 5 {n++; sub("<description>", "<description>Changed. ")} {print}' "$D/six/feed-002.xml" >"$WORK/changed" && mv "$WORK/changed" "$D/six/feed-002.xml"
	kill "$six" || true
	spawn "$B/feedserver" -dir "$D/six" -addr 127.0.0.1:8096
	preload gpu gpu; stats; echo "P17 5 of 60 changed: calls $(v calls) (goal <= 6)"
	sim 0.2 1 4096
	rm -rf "$WORK/one"; preload one one; stats
	echo "P16 one slot: readers $(v kinds read) (goal <= 20), plans $(v kinds plan), $(v at_once) at once"
	echo "P20 longest prompt $(v longest) tokens of 4096, prompts that did not fit $(v cut) (goal 0)"
	cat >"$WORK/spec.json" <<-J
	[{"name":"no model","argv":[$(run none chain0),"preload"],"setup":"rm -rf $WORK/chain0"},
	{"name":"chain down","argv":[$(run dead chain1),"preload"],"setup":"rm -rf $WORK/chain1"}]
	J
	pty -n "$N" -warm 1
	goal "P16 chain down / no model" "$(med 'chain down')/$(med 'no model')" "about 1"
}

stream() { # P19: seven streams at once of a server in another process, all of them stepped together
	"$B/product" stream | tee "$WORK/stream"
	for c in openai ollama; do
		goal "P19 CPU of a streamed event, $c, µs" "$(awk "/^$c: CPU/{print \$NF}" "$WORK/stream")" "<= 30"
		goal "P19 first token, added by the client, $c, ms" "$(awk "/^$c: first/{print \$10+0}" "$WORK/stream")" "<= 2"
	done
}

build
mkdir -p "$D/one" && cp "$D/plain/feed-000.xml" "$D/one/"
[ $# -gt 0 ] || set -- start feeds imap cal store fan jail models stream
for what in "$@"; do echo "== $what"; "$what"; done
