package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/zalando/go-keyring"
)

const canary = "hunter2-canary"

// brokenRing is a keyring that answers so, whatever it is asked.
type brokenRing func() (string, error)

func (r brokenRing) Get(string, string) (string, error) { return r() }
func (r brokenRing) Set(string, string, string) error   { _, err := r(); return err }
func (r brokenRing) Delete(string, string) error        { _, err := r(); return err }

// fails is a keyring that has this to say.
func fails(err error) ring { return brokenRing(func() (string, error) { return "", err }) }

// emptyRing is a keyring without entries.
func emptyRing() ring { return fails(keyring.ErrNotFound) }

// memoryRing is a keyring that works.
type memoryRing map[string]string

func (r memoryRing) Get(service, user string) (string, error) {
	v, ok := r[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return v, nil
}
func (r memoryRing) Set(service, user, value string) error {
	r[service+"/"+user] = value
	return nil
}
func (r memoryRing) Delete(service, user string) error {
	_, err := r.Get(service, user)
	delete(r, service+"/"+user)
	return err
}

func testOptions(t *testing.T) Options {
	t.Helper()
	return Options{Dir: t.TempDir(), Getenv: func(string) string { return "" }, ring: emptyRing()}
}

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func resolve(o Options, ref minutes.SecretRef) (string, error) {
	s, err := Resolver(o)(context.Background(), ref)
	return s.Reveal(), err
}

func TestEachPlaceGivesItsSecret(t *testing.T) {
	o := testOptions(t)
	dir := t.TempDir()
	o.Getenv = func(k string) string { return map[string]string{"MAIL": canary}[k] }
	o.ring = memoryRing{"minutes/work": canary}
	for name, ref := range map[string]minutes.SecretRef{
		"keyring":               {Keyring: "work"},
		"env":                   {Env: "MAIL"},
		"literal":               {Literal: minutes.NewSecret(canary)},
		"file":                  {File: write(t, filepath.Join(dir, "a"), canary+"\n", 0o600)},
		"file with notes":       {File: write(t, filepath.Join(dir, "b"), canary+"\r\nlogin: sam\n", 0o400)},
		"command":               {Command: minutes.Argv{"printf", canary + `\n`}},
		"command with notes":    {Command: minutes.Argv{"printf", canary + `\nlogin: sam\n`}},
		"command without a end": {Command: minutes.Argv{"printf", canary}},
	} {
		if got, err := resolve(o, ref); err != nil || got != canary {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailuresNameThePlaceAndTheNextStepAndNeverTheValue(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(write(t, filepath.Join(dir, "target"), canary, 0o600), link); err != nil {
		t.Fatal(err)
	}
	broken := testOptions(t)
	broken.ring = fails(errors.New(`exec: "dbus-launch": executable file not found in $PATH`))
	locked := testOptions(t)
	held := make(chan struct{})
	defer close(held)
	locked.ring = brokenRing(func() (string, error) { <-held; return "", nil })
	locked.wait = limits{ring: time.Millisecond, command: time.Second}
	slow := testOptions(t)
	slow.wait = limits{ring: time.Second, command: 50 * time.Millisecond}
	for name, c := range map[string]struct {
		o    Options
		ref  minutes.SecretRef
		want string
	}{
		"nothing":             {testOptions(t), minutes.SecretRef{}, "no secret is configured"},
		"no entry":            {testOptions(t), minutes.SecretRef{Keyring: "work"}, "keyring entry work"},
		"no D-Bus":            {broken, minutes.SecretRef{Keyring: "work"}, "keyring entry work"},
		"a locked keyring":    {locked, minutes.SecretRef{Keyring: "work"}, "it may be locked"},
		"an unset variable":   {testOptions(t), minutes.SecretRef{Env: "MAIL"}, "MAIL is not set"},
		"no such command":     {testOptions(t), minutes.SecretRef{Command: minutes.Argv{"no-such-command-here", canary}}, "no-such-command-here"},
		"its last words":      {testOptions(t), minutes.SecretRef{Command: minutes.Argv{"sh", "-c", "echo " + canary + "; echo first >&2; printf 'gpg:\a no secret key for " + canary + "\n' >&2; exit 2"}}, "failed (exit 2): gpg: no secret key for [secret]"},
		"a failing command":   {testOptions(t), minutes.SecretRef{Command: minutes.Argv{"sh", "-c", "echo " + canary + "; echo " + canary + " >&2; exit 3"}}, "failed (exit 3)"},
		"a hanging command":   {slow, minutes.SecretRef{Command: minutes.Argv{"sleep", "60"}}, "did not end"},
		"a silent command":    {testOptions(t), minutes.SecretRef{Command: minutes.Argv{"true", canary}}, "is empty"},
		"a flood":             {testOptions(t), minutes.SecretRef{Command: minutes.Argv{"head", "-c", "100000", "/dev/zero"}}, "64 KiB"},
		"a relative command":  {testOptions(t), minutes.SecretRef{Command: minutes.Argv{"./evil"}}, "relative"},
		"no such file":        {testOptions(t), minutes.SecretRef{File: filepath.Join(dir, "none")}, "not there"},
		"a relative file":     {testOptions(t), minutes.SecretRef{File: "secret.txt"}, "relative"},
		"a file for all":      {testOptions(t), minutes.SecretRef{File: write(t, filepath.Join(dir, "open"), canary, 0o644)}, "read by others"},
		"a file for a group":  {testOptions(t), minutes.SecretRef{File: write(t, filepath.Join(dir, "group"), canary, 0o640)}, "read by others"},
		"a link":              {testOptions(t), minutes.SecretRef{File: link}, "is a link"},
		"a folder":            {testOptions(t), minutes.SecretRef{File: dir}, "is not a file"},
		"an empty file":       {testOptions(t), minutes.SecretRef{File: write(t, filepath.Join(dir, "empty"), "\n", 0o600)}, "is empty"},
		"an age file of none": {testOptions(t), minutes.SecretRef{File: write(t, filepath.Join(dir, "x.age"), ageHeader+"\n"+canary, 0o600)}, "identity.txt is gone"},
	} {
		got, err := resolve(c.o, c.ref)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %.60q, %v; want an error with %q", name, got, err, c.want)
			continue
		}
		if minutes.Hint(err) == "" {
			t.Errorf("%s: no next step: %v", name, err)
		}
		if s := err.Error() + minutes.Hint(err); strings.Contains(s, canary) || got != "" {
			t.Errorf("%s: the value shows: %s", name, s)
		}
	}
}

// Password managers start agents, which may keep the pipe open for ever.
func TestACommandThatLeavesAHelperBehindIsNotWaitedFor(t *testing.T) {
	o := testOptions(t)
	o.wait = limits{ring: time.Second, command: time.Minute, pipe: 20 * time.Millisecond}
	ended := filepath.Join(t.TempDir(), "ended")
	ref := minutes.SecretRef{Command: minutes.Argv{"sh", "-c", "echo " + canary + "; (sleep 1; echo > " + ended + ") &"}}
	if got, err := resolve(o, ref); err != nil || got != canary {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(ended); err == nil {
		t.Error("it was waited for")
	}
}

func TestACancelledLookupEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	o := testOptions(t)
	held := make(chan struct{})
	defer close(held)
	o.ring = brokenRing(func() (string, error) { <-held; return "", nil })
	for _, ref := range []minutes.SecretRef{{Keyring: "work"}, {Command: minutes.Argv{"sleep", "60"}}} {
		if _, err := Resolver(o)(ctx, ref); !errors.Is(err, context.Canceled) {
			t.Errorf("%v: %v", ref, err)
		}
	}
}

// The D-Bus library starts a bus of its own when it finds none, and leaves it running.
func TestWithoutASessionBusTheKeyringIsNotAsked(t *testing.T) {
	if runtime.GOOS != "linux" || sessionBus(func(string) string { return "" }) {
		t.Skip("this machine has a session bus, or needs none")
	}
	bin := t.TempDir()
	ran := filepath.Join(bin, "ran")
	write(t, filepath.Join(bin, "dbus-launch"), "#!/bin/sh\ntouch "+ran+"\n", 0o700)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	_, err := resolve(Options{Dir: t.TempDir()}, minutes.SecretRef{Keyring: "work"})
	if err == nil || minutes.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("dbus-launch was run")
	}
}

func TestTheStoreStandsInForTheKeyring(t *testing.T) {
	o := testOptions(t)
	for name, ring := range map[string]ring{"empty": emptyRing(), "no bus": fails(errNoRing), "failing": fails(errors.New("dbus-launch"))} {
		o.ring = ring
		if err := Store(o, "work@example.org", minutes.NewSecret(canary)); err != nil {
			t.Fatal(err)
		}
		if got, err := resolve(o, minutes.SecretRef{Keyring: "work@example.org"}); err != nil || got != canary {
			t.Errorf("%s: %v", name, err)
		}
	}
	files := 0
	err := filepath.WalkDir(o.Dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		st, _ := d.Info()
		b, _ := os.ReadFile(p)
		if st.Mode().Perm() != 0o600 || bytes.Contains(b, []byte(canary)) {
			t.Errorf("%s: %v, or the value stands in it", p, st.Mode())
		}
		return nil
	})
	if err != nil || files != 2 {
		t.Errorf("%d files, %v", files, err)
	}
	if st, _ := os.Stat(filepath.Join(o.Dir, "secrets")); st.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v", st.Mode())
	}
	o.ring = fails(errNoRing)
	if where, err := Forget(t.Context(), o, "work@example.org"); err != nil || strings.Join(where, "") != PlaceStore {
		t.Errorf("%v, %v", where, err)
	}
	if _, err := Forget(t.Context(), o, "work@example.org"); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestTheStoreRefusesWhatItCannotKeepSafely(t *testing.T) {
	o := testOptions(t)
	for _, bad := range []string{"", "../evil", "a/b", ".hidden", "a b", strings.Repeat("x", 65), "a\x00b"} {
		if err := Store(o, bad, minutes.NewSecret(canary)); err == nil {
			t.Errorf("%q was taken as a name", bad)
		}
	}
	if err := Store(o, "work", minutes.Secret{}); err == nil {
		t.Error("nothing was stored as a secret")
	}
	if err := Store(o, "work", minutes.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	id := filepath.Join(o.Dir, "secrets", "identity.txt")
	if err := os.Chmod(id, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err == nil {
		t.Errorf("an identity that others can read was used: %q", got)
	}
	write(t, id, "AGE-SECRET-KEY-1CANARY\n", 0o600)
	if _, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Errorf("a broken identity: %v", err)
	}
	if err := os.Remove(id); err != nil {
		t.Fatal(err)
	}
	if _, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err == nil || !strings.Contains(err.Error(), "identity.txt is gone") {
		t.Errorf("a lost identity: %v", err)
	}
}

func TestASystemdCredentialIsTheKeyWhereThereIsOne(t *testing.T) {
	o := testOptions(t)
	if err := Store(o, "work", minutes.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	creds := t.TempDir()
	id := filepath.Join(o.Dir, "secrets", "identity.txt")
	key, _ := os.ReadFile(id)
	write(t, filepath.Join(creds, "minutes-identity"), string(key), 0o400)
	if err := os.Remove(id); err != nil {
		t.Fatal(err)
	}
	o.Getenv = func(k string) string { return map[string]string{"CREDENTIALS_DIRECTORY": creds}[k] }
	if got, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err != nil || got != canary {
		t.Errorf("%v", err)
	}
}

func TestLogsHideWhatIsKnown(t *testing.T) {
	for name, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
	} {
		var out bytes.Buffer
		var known Known
		value := canary + ` "&/ü`
		log := slog.New(Redactor(handler(&out), known.Hide)).With("early", value).WithGroup("g").With("in", value)
		o := testOptions(t)
		o.Known = &known
		if _, err := resolve(o, minutes.SecretRef{Literal: minutes.NewSecret(value)}); err != nil { // known only now
			t.Fatal(err)
		}
		p := &value
		log.Info("got "+value, "plain", "stays", "s", value, "err", fmt.Errorf("login: %s", value), slog.Group("sub", "deep", value), "any", struct{ P *string }{p},
			"list", []string{value}, value, 1, "url", "https://x/?key=hunter2-canary+%22%26%2F%C3%BC", "number", 12)
		s := out.String()
		if strings.Contains(s, "hunter2") {
			t.Errorf("%s: %s", name, s)
		}
		if !strings.Contains(s, "stays") || strings.Count(s, "[secret]") < 8 || !strings.Contains(s, "g") {
			t.Errorf("%s lost something: %s", name, s)
		}
	}
}
