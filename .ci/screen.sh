#!/usr/bin/env bash
# The real binary: headless twice (the same brief but for timings), and on a terminal in tmux.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v tmux >/dev/null || { apt-get update -qq && apt-get install -y -qq tmux >/dev/null; }
make build
B=$PWD/bin/minutes
T=$(mktemp -d)
S=minutes-ci-$$
trap 'tmux kill-session -t $S 2>/dev/null || true; rm -rf "$T"' EXIT

"$B" demo --json >"$T/1.json" 2>/dev/null
"$B" demo --json >"$T/2.json" 2>/dev/null
strip='s/"(elapsed_ms|fetch|keep|rank|read|investigate|compose|verify|total)": [0-9]+/"\1": 0/; s/127\.0\.0\.1:[0-9]+/loopback/g'
diff <(sed -E "$strip" "$T/1.json") <(sed -E "$strip" "$T/2.json")
echo "demo --json: the same brief twice, $(wc -c <"$T/1.json") bytes"

screen() { tmux capture-pane -p -t "$S"; }
wait_for() { # a text must appear on the screen within 20 s
	for _ in $(seq 200); do
		if screen | grep -qF -- "$1"; then return 0; fi
		sleep 0.1
	done
	echo "the screen never showed: $1"; screen; exit 1
}
tmux new-session -d -s "$S" -x 100 -y 30 "$B demo; echo left with \$?; sleep 5"
wait_for "Tuesday 10 March 2026"
tmux send-keys -t "$S" j j
tmux send-keys -t "$S" w
wait_for "Why it stands here"
tmux send-keys -t "$S" q
wait_for "Tuesday 10 March 2026"
tmux send-keys -t "$S" +
wait_for "more like:"
tmux resize-window -t "$S" -x 40 -y 12
wait_for "Tuesday 10 March"
tmux resize-window -t "$S" -x 140 -y 45
wait_for "Tuesday 10 March 2026"
tmux send-keys -t "$S" "?"
wait_for "take the last thumb back"
tmux send-keys -t "$S" x
tmux send-keys -t "$S" r
wait_for "Tuesday 10 March 2026"
tmux send-keys -t "$S" q
wait_for "left with 0"
echo "the screen: opened, explained, thumbed, resized, refreshed, left"
