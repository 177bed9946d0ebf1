#!/usr/bin/env bash
# The imap connector against a real Dovecot: Debian's, on loopback ports that were free, with a
# certificate made for this run. Leaves nothing running and nothing behind.
#   .ci/dovecot.sh          the tests
#   .ci/dovecot.sh bench    1,000 messages: the connector beside the server's floor
#   .ci/dovecot.sh run …    any command, which finds the server in MINUTES_DOVECOT
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v dovecot >/dev/null || ! command -v openssl >/dev/null; then
	sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends dovecot-imapd openssl >/dev/null
fi

dir=$(mktemp -d /tmp/minutes-dovecot.XXXXXX)
server=
cleanup() {
	[ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
	rm -rf "$dir"
}
trap cleanup EXIT

# A port on which nobody answers.
free() {
	local p
	while p=$((20000 + RANDOM % 20000)); (exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null; do :; done
	echo "$p"
}
plain=$(free) tls=$(free)

# An authority and a certificate of its own for "localhost": the client is to check it in earnest.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=minutes test authority" \
	-keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
	-keyout "$dir/key.pem" -out "$dir/req.pem" 2>/dev/null
openssl x509 -req -in "$dir/req.pem" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
	-extfile <(echo "subjectAltName=DNS:localhost") -out "$dir/cert.pem" 2>/dev/null

me=$(id -un) group=$(id -gn) internal= mailuser=$me mailgroup=$group
if [ "$me" = root ]; then # it drops to its own users and will not keep mail as root
	mailuser=mail mailgroup=mail
else
	internal="default_internal_user = $me
default_internal_group = $group
default_login_user = $me"
fi
mkdir -p "$dir/run" "$dir/mail"
chmod 755 "$dir"
[ "$me" != root ] || chown mail:mail "$dir/mail"

cat >"$dir/dovecot.conf" <<C
$internal
base_dir = $dir/run
protocols = imap
listen = 127.0.0.1
log_path = $dir/log
ssl = yes
ssl_cert = <$dir/cert.pem
ssl_key = <$dir/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:$dir/mail/%u
namespace inbox {
  inbox = yes
  mailbox Outbound {
    special_use = \\Sent
    auto = create
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $plain
  }
  inet_listener imaps {
    port = $tls
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = password=S3CRET-of-dovecot
}
userdb {
  driver = static
  args = uid=$mailuser gid=$mailgroup home=$dir/mail/%u
}
C

dovecot -F -c "$dir/dovecot.conf" &
server=$!
up() { (exec 3<>"/dev/tcp/127.0.0.1/$1" && read -r -t 5 line <&3 && [[ $line == "* OK"* ]]) 2>/dev/null; }
for _ in $(seq 50); do
	! up "$plain" || break
	kill -0 "$server" 2>/dev/null || { cat "$dir/log"; exit 1; }
	sleep 0.1
done
up "$plain" || { cat "$dir/log"; exit 1; }

export MINUTES_DOVECOT="localhost:$tls:sam:S3CRET-of-dovecot:$dir/ca.pem"
export MINUTES_DOVECOT_PLAIN="127.0.0.1:$plain"
if [ "${1:-}" = run ]; then
	shift
	"$@"
elif [ "${1:-}" = bench ]; then
	go test -tags grpcnotrace -run "^\$" -bench "${BENCH:-Dovecot}" -benchtime "${BENCHTIME:-15x}" ${BENCHFLAGS:-} ./connectors/imap
else
	go test -tags grpcnotrace -count=1 -timeout 90s -run Dovecot -v ./connectors/imap | grep -v '^=== '
fi
