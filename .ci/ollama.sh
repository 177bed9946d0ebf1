#!/usr/bin/env bash
# Both providers of models against a real Ollama: v0.6.5, the last that builds from the module proxy alone
# (cgo, a few minutes, once: it is kept outside the repository), with a tiny Llama of random weights. It
# listens on a loopback port that was free, with a home and models of its own. Leaves nothing running and
# nothing behind.
#   .ci/ollama.sh          the tests
#   .ci/ollama.sh build    the server alone
#   .ci/ollama.sh run …    any command, which finds the server in MINUTES_OLLAMA; the model is called tiny
set -euo pipefail
cd "$(dirname "$0")/.."

version=v0.6.5
kept=${MINUTES_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/minutes-ci}/ollama-$version
if [ ! -x "$kept/ollama" ]; then
	command -v g++ >/dev/null || { echo "ollama.sh: it is built with cgo, which needs gcc and g++" >&2; exit 1; }
	mkdir -p "$kept"
	GOBIN=$kept CGO_ENABLED=1 go install "github.com/ollama/ollama@$version"
fi
[ "${1:-}" != build ] || exit 0

dir=$(mktemp -d /tmp/minutes-ollama.XXXXXX)
server=
cleanup() {
	if [ -n "$server" ]; then
		kill -- "-$server" 2>/dev/null || true # it and its runners
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$dir"
}
trap cleanup EXIT

# A port on which nobody answers.
free() {
	local p
	while p=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; do :; done
	echo "$p"
}
host=127.0.0.1:$(free)
world=(env -i "PATH=$PATH" "HOME=$dir" "OLLAMA_MODELS=$dir/models" "OLLAMA_HOST=$host" OLLAMA_NUM_PARALLEL=2)

CGO_ENABLED=0 go run -tags grpcnotrace ./runtime/runtimetest/tinyllama "$dir/tiny.gguf"
# One thread: two, on a machine with other work, take twenty times as long. The stops end its noise sooner or
# later; none of them occurs in the answers that the tests' schemas allow.
cat >"$dir/Modelfile" <<M
FROM $dir/tiny.gguf
TEMPLATE """{{ if .System }}{{ .System }} {{ end }}{{ .Prompt }}"""
PARAMETER num_thread 1
PARAMETER stop 6
PARAMETER stop 7
PARAMETER stop 8
M

"${world[@]}" setsid "$kept/ollama" serve >"$dir/log" 2>&1 &
server=$!
up() { (exec 3<>"/dev/tcp/${host%:*}/${host#*:}") 2>/dev/null; }
for _ in $(seq 100); do
	! up || break
	kill -0 "$server" 2>/dev/null || { cat "$dir/log"; exit 1; }
	sleep 0.1
done
up || { cat "$dir/log"; exit 1; }
"${world[@]}" "$kept/ollama" create tiny -f "$dir/Modelfile" >"$dir/create" 2>&1 || { cat "$dir/create"; exit 1; }

export MINUTES_OLLAMA="http://$host"
if [ "${1:-}" = run ]; then
	shift
	"$@"
else
	# One package after the other: each has another num_ctx, and every change of it loads the model again.
	export CGO_ENABLED=0
	go test -tags grpcnotrace -p 1 -count=1 -timeout 180s -run RealOllama -v ./runtime/ollama ./runtime/openai | grep -v '^=== '
	go test -tags grpcnotrace -count=1 -timeout 600s -run TestE2ENoiseOfARealOllama -v ./cmd/minutes | grep -v '^=== '
fi
