#!/usr/bin/env bash
# Passwords in a real keyring: gnome-keyring on a session bus of its own, in a home made for this run and
# unlocked with a password thrown away after it. Leaves nothing running and nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

need=()
command -v gnome-keyring-daemon >/dev/null || need+=(gnome-keyring)
command -v dbus-run-session >/dev/null || need+=(dbus-daemon)
command -v secret-tool >/dev/null || need+=(libsecret-tools)
if [ ${#need[@]} -gt 0 ]; then
	sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
fi

dir=$(mktemp -d /tmp/minutes-keyring.XXXXXX)
trap 'rm -rf "$dir"' EXIT
mkdir -m 700 "$dir/home" "$dir/run"
CGO_ENABLED=0 go build -tags grpcnotrace -o "$dir/minutes" ./cmd/minutes
for p in ./cmd/minutes ./cmd/minutes/secret; do
	CGO_ENABLED=0 go test -tags grpcnotrace -c -o "$dir/$(basename "$p").test" "$p"
done

cat >"$dir/session" <<'S'
set -euo pipefail
head -c 24 /dev/urandom | base64 | tr -d '\n' | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
daemon=$!
trap 'kill $daemon 2>/dev/null || true; wait $daemon 2>/dev/null || true' EXIT
ready() { # asked of the bus, which would start a second one if the service itself were asked too early
	dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
}
for _ in $(seq 100); do ! ready || break; sleep 0.1; done
ready || { echo "the keyring did not start"; exit 1; }
export MINUTES_KEYRING=real
(cd cmd/minutes && "$DIR/minutes.test" -test.run '^TestKeyring' -test.count=1 -test.v)
(cd cmd/minutes/secret && "$DIR/secret.test" -test.run '^TestKeyring' -test.count=1 -test.v)
S
# HOME is the keyring's; the tests make their own.
DIR=$dir MINUTES_BIN=$dir/minutes HOME=$dir/home XDG_DATA_HOME=$dir/home/data XDG_RUNTIME_DIR=$dir/run \
	timeout 120 dbus-run-session -- bash "$dir/session" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
grep -E -- '^ *(---|PASS|FAIL|ok)|keyring: ' "$dir/log" | sed 's/^ *[a-z_0-9]*_test.go:[0-9]*: /  /'
! grep -q -- '--- SKIP' "$dir/log" || { echo "a test of the keyring was skipped"; exit 1; }

left=$(pgrep -f "$dir" || true)
[ -z "$left" ] || { echo "still running: $left"; exit 1; }
