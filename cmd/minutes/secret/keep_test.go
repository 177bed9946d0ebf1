package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

func TestASecretIsKeptInTheKeyringElseInTheStore(t *testing.T) {
	works := memoryRing{}
	for name, c := range map[string]struct {
		ring  ring
		file  bool
		place string
		why   string
	}{
		"a keyring":         {works, false, PlaceRing, ""},
		"no session":        {fails(errNoRing), false, PlaceStore, "no session with a keyring"},
		"a failing keyring": {fails(errors.New("The name is not activatable")), false, PlaceStore, "not activatable"},
		"a forgetful one":   {brokenRing(func() (string, error) { return "other", nil }), false, PlaceStore, "does not give back"},
		"asked for a file":  {memoryRing{"minutes/work": "old"}, true, PlaceStore, "as was asked"},
	} {
		o := testOptions(t)
		o.ring = c.ring
		place, why, err := Keep(t.Context(), o, "work", minutes.NewSecret(canary), c.file)
		if err != nil || place != c.place || !strings.Contains(why, c.why) || (why == "") != (c.why == "") {
			t.Errorf("%s: kept in %q, %q, %v", name, place, why, err)
		}
		if name == "a forgetful one" {
			continue // a keyring that lies cannot be helped
		}
		if got, found, err := Find(t.Context(), o, minutes.SecretRef{Keyring: "work"}); err != nil || got.Reveal() != canary || found != c.place {
			t.Errorf("%s: found in %q, %v", name, found, err)
		}
	}
}

// An old copy in the other place would be found by the runs that see only that place.
func TestNoOldCopyStays(t *testing.T) {
	o := testOptions(t)
	o.ring = fails(errNoRing)
	if _, _, err := Keep(t.Context(), o, "work", minutes.NewSecret("old password"), false); err != nil {
		t.Fatal(err)
	}
	o.ring = memoryRing{}
	if place, _, err := Keep(t.Context(), o, "work", minutes.NewSecret(canary), false); err != nil || place != PlaceRing {
		t.Fatal(place, err)
	}
	o.ring = fails(errNoRing)
	if got, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err != nil || got != canary {
		t.Errorf("without a session the old one is found: %v", err)
	}
	o.ring = memoryRing{"minutes/work": canary}
	where, err := Forget(t.Context(), o, "work")
	if err != nil || strings.Join(where, "+") != PlaceRing+"+"+PlaceStore {
		t.Errorf("forgotten in %v: %v", where, err)
	}
	if _, err := resolve(o, minutes.SecretRef{Keyring: "work"}); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("it is found still: %v", err)
	}
}

func TestBothStepsAreNamedWhenBothFail(t *testing.T) {
	o := testOptions(t)
	o.Source = "post"
	for reason, ring := range map[string]ring{"no such entry": emptyRing(), "no session with a keyring": fails(errNoRing), "Connection refused": fails(errors.New("Connection refused"))} {
		o.ring = ring
		_, err := resolve(o, minutes.SecretRef{Keyring: "work"})
		if err == nil || !strings.Contains(err.Error(), "keyring: ") || !strings.Contains(err.Error(), reason) || !strings.Contains(err.Error(), "encrypted store: no such entry") {
			t.Errorf("%v", err)
		}
		if !strings.Contains(minutes.Hint(err), "minutes auth post") {
			t.Errorf("the next step is %q", minutes.Hint(err))
		}
	}
}

// Where the store has the entry a keyring that asks a person is not waited for as long as without.
func TestALockedKeyringIsNotWaitedForLongWhereTheStoreHasTheEntry(t *testing.T) {
	o := testOptions(t)
	if err := Store(o, "work", minutes.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	held := make(chan struct{})
	defer close(held)
	o.ring = brokenRing(func() (string, error) { <-held; return "", nil })
	o.wait = limits{ring: time.Hour, spare: time.Millisecond, person: time.Hour, command: time.Hour}
	if got, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err != nil || got != canary {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Keep(ctx, o, "work", minutes.NewSecret(canary), false); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted auth goes on: %v", err)
	}
}

// Two at once once made two keys, one of which was lost with all that it had closed.
func TestManyAtOnceShareOneKey(t *testing.T) {
	o := testOptions(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			if err := Store(o, fmt.Sprint("n", i), minutes.NewSecret(fmt.Sprint(canary, i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range 16 {
		if got, err := resolve(o, minutes.SecretRef{Keyring: fmt.Sprint("n", i)}); err != nil || got != fmt.Sprint(canary, i) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestAFolderOrFileThatOthersMayChangeIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the mode says nothing there")
	}
	o := testOptions(t)
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "pw"), canary, 0o600)
	for mode, ok := range map[os.FileMode]bool{0o777: false, 0o777 | os.ModeSticky: true, 0o755: true, 0o700: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := resolve(o, minutes.SecretRef{File: path}); (err == nil) != ok || err != nil && minutes.Hint(err) == "" {
			t.Errorf("a secret in a folder of mode %v: %v", mode, err)
		}
	}
	if err := Store(o, "work", minutes.NewSecret(canary)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(o.Dir, "secrets"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Store(o, "work", minutes.NewSecret(canary)); err == nil {
		t.Error("stored in a folder where anybody may put another file")
	}
	if _, err := resolve(o, minutes.SecretRef{Keyring: "work"}); err == nil {
		t.Error("read from a folder where anybody may put another file")
	}
}
