package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeyringAuth is a person's way with a real keyring: store, be told that cron will not find it, keep it
// where cron does, be told of a wrong password, forget. Needs .ci/keyring.sh.
func TestKeyringAuth(t *testing.T) {
	if os.Getenv("MINUTES_KEYRING") != "real" {
		t.Skip("needs a keyring: .ci/keyring.sh")
	}
	w, world := startDemo(t)
	b := newBox(t, strings.Replace(world, `password = "demo"`, `password = { keyring = "minutes-ci-auth" }`, 1), w.Now)
	bare := b.env
	session := append(append([]string{}, b.env...), "DBUS_SESSION_BUS_ADDRESS="+os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	auth := func(env []string, code int, password string, args ...string) string {
		t.Helper()
		b.env = env
		cmd := b.command(append([]string{"auth", "mail"}, args...)...)
		cmd.Stdin = strings.NewReader(password + "\n")
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("auth %v: exit %d, want %d:\n%s", args, got, code, out)
		}
		if password != "" && strings.Contains(string(out), password) {
			t.Errorf("auth %v shows it: %s", args, out)
		}
		return string(out)
	}
	wants := func(out string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(out, p) {
				t.Errorf("no %q in\n%s", p, out)
			}
		}
	}
	if _, err := exec.LookPath("secret-tool"); err != nil {
		t.Fatal(err)
	}
	wants(auth(session, 1, "demo"), "mail: stored in the keyring", "will NOT find it", "next: ", "minutes auth mail --file", "and it works")
	b.env = session
	b.must(0, "sources", "test", "mail")
	b.env = bare
	b.must(1, "sources", "test", "mail")
	wants(auth(session, 0, "demo", "--file"), "stored in the encrypted store", "finds it in the encrypted store", "and it works")
	for _, env := range [][]string{bare, session} {
		b.env = env
		b.must(0, "sources", "test", "mail")
	}
	wants(auth(session, 1, "wrong-password"), "finds it in the encrypted store", "it does not work yet", "next: ") // the copy is renewed
	wants(auth(session, 0, "", "--forget"), "removed from the keyring and from the encrypted store")
	wants(auth(session, 1, "", "--forget"), "not found")
	if left, _ := filepath.Glob(filepath.Join(b.dir, "secrets", "*.age")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	t.Log("keyring: stored, proved, kept for cron, refused and forgotten")
}
