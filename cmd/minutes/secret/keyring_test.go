package secret

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// realRing are options that ask the session's keyring, which .ci/keyring.sh starts. The entries bear
// names that nobody else has.
func realRing(t *testing.T) Options {
	t.Helper()
	if os.Getenv("MINUTES_KEYRING") != "real" {
		t.Skip("needs a keyring: .ci/keyring.sh")
	}
	return Options{Dir: t.TempDir()}
}

func TestKeyringKeepsFindsAndForgets(t *testing.T) {
	o, ref := realRing(t), minutes.SecretRef{Keyring: "minutes-ci-keep"}
	for _, value := range []string{canary, `with "quotes" & ümläuts 日本 😀 %41`, strings.Repeat("long ", 500)} {
		if place, why, err := Keep(t.Context(), o, ref.Keyring, minutes.NewSecret(value), false); err != nil || place != PlaceRing {
			t.Fatal(place, why, err)
		}
		if got, place, err := Find(t.Context(), o, ref); err != nil || got.Reveal() != value || place != PlaceRing {
			t.Errorf("%q is found in %q: %v", value, place, err)
		}
	}
	if where, err := Forget(t.Context(), o, ref.Keyring); err != nil || strings.Join(where, "") != PlaceRing {
		t.Errorf("forgotten in %v: %v", where, err)
	}
	if _, _, err := Find(t.Context(), o, ref); err == nil || !strings.Contains(err.Error(), "keyring: no such entry") {
		t.Errorf("found after it was forgotten: %v", err)
	}
}

// What other programs store is found, and theirs find ours.
func TestKeyringIsSharedWithOtherPrograms(t *testing.T) {
	o, ref := realRing(t), minutes.SecretRef{Keyring: "minutes-ci-shared"}
	attributes := []string{"service", Service, "username", ref.Keyring}
	store := exec.CommandContext(t.Context(), "secret-tool", append([]string{"store", "--label=minutes"}, attributes...)...)
	store.Stdin = strings.NewReader(canary)
	if out, err := store.CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	if got, place, err := Find(t.Context(), o, ref); err != nil || got.Reveal() != canary || place != PlaceRing {
		t.Errorf("theirs is found in %q: %v", place, err)
	}
	if _, _, err := Keep(t.Context(), o, ref.Keyring, minutes.NewSecret("ours "+canary), false); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "secret-tool", append([]string{"lookup"}, attributes...)...).Output(); err != nil || string(out) != "ours "+canary {
		t.Errorf("they find another: %v", err)
	}
	if _, err := Forget(t.Context(), o, ref.Keyring); err != nil {
		t.Error(err)
	}
}

// Locked, it asks a person who is not there. Last in this file: it stays locked.
func TestKeyringThatIsLockedLeavesItToTheStore(t *testing.T) {
	o, ref := realRing(t), minutes.SecretRef{Keyring: "minutes-ci-locked"}
	if _, _, err := Keep(t.Context(), o, ref.Keyring, minutes.NewSecret("in the keyring"), false); err != nil {
		t.Fatal(err)
	}
	lock := exec.CommandContext(t.Context(), "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets",
		"org.freedesktop.Secret.Service.Lock", "array:objpath:/org/freedesktop/secrets/collection/login")
	if out, err := lock.CombinedOutput(); err != nil {
		t.Fatal(err, string(out))
	}
	o.wait = limits{ring: 2 * time.Second, spare: 2 * time.Second, person: 2 * time.Second, command: time.Second}
	if _, _, err := Find(t.Context(), o, ref); err == nil || minutes.Hint(err) == "" || !strings.Contains(err.Error(), "keyring: ") {
		t.Errorf("without a copy in the store: %v", err)
	} else {
		t.Log("keyring: locked: ", err)
	}
	if place, why, err := Keep(t.Context(), o, ref.Keyring, minutes.NewSecret(canary), false); err != nil || place != PlaceStore || why == "" {
		t.Errorf("kept in %q, %q: %v", place, why, err)
	}
	if got, place, err := Find(t.Context(), o, ref); err != nil || got.Reveal() != canary || place != PlaceStore {
		t.Errorf("found in %q: %v", place, err)
	}
}
