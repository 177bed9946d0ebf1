#!/usr/bin/env bash
# The built program from the outside, in the long form of its end-to-end tests: against a real Dovecot,
# every way to fail, all of ../shared/corpus, kill -9 at sixty moments. Leaves nothing running.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v strace >/dev/null || ! command -v python3 >/dev/null; then
	sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends strace python3-minimal >/dev/null
fi
dir=$(mktemp -d /tmp/minutes-e2e.XXXXXX)
trap 'rm -rf "$dir"' EXIT

CGO_ENABLED=0 go build -trimpath -tags grpcnotrace -o "$dir/minutes" ./cmd/minutes
export MINUTES_E2E=1 MINUTES_BIN="$dir/minutes"
# Much of it waits for deadlines: more tests at once than there are cores.
bash .ci/dovecot.sh run go test -tags grpcnotrace -count=1 -parallel 6 -timeout "${TIMEOUT:-25m}" -run "${RUN:-E2E}" -v ./cmd/minutes >"$dir/log" 2>&1 ||
	{ grep -v -E '^=== (RUN|PAUSE|CONT)|→|--- PASS' "$dir/log" || true; exit 1; }
figures='adversary|corpus|crowded|cut|damaged|disk errors|egress|fault matrix|faults|gate|grounding|hostile mail|kill -9|malformed|model faults|planted|power cut|readers|secrets|semantics|terminal|twins'
show() { grep -E -- "^(---|ok|PASS|FAIL)|($figures)(, control[^:]*)?: |reads beside|skipped" "$1" | sed -E 's/^ *[a-z0-9_]*_test.go:[0-9]*: /  /'; }
show "$dir/log"

# What is proved at the seam of one package: mutations of the gate, lies of a mail server, meaning of what is read.
go test -tags grpcnotrace -count=1 -timeout "${TIMEOUT:-25m}" -run 'Mutation|NoLieLosesMail|ReaderInvents|Semantics' -v \
	./agent ./agent/gate ./connectors/imap ./connectors/feed ./connectors/ics/rrule >"$dir/log" 2>&1 ||
	{ grep -v -E '^=== (RUN|PAUSE|CONT)|--- PASS' "$dir/log" || true; exit 1; }
show "$dir/log"

left=$(pgrep -f "$dir/minutes" || true)
[ -z "$left" ] || { echo "still running: $left"; exit 1; }
