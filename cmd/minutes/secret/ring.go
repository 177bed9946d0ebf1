package secret

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/zalando/go-keyring"
)

// errNoRing says that there is nothing to ask.
var errNoRing = errors.New("there is no session with a keyring here")

// A ring is a keyring. Its calls take no context, and wait for a person where it is locked.
type ring interface {
	Get(service, user string) (string, error)
	Set(service, user, value string) error
	Delete(service, user string) error
}

// systemRing is the system's keyring. On a Unix without a session bus it is not asked at all: the
// D-Bus library would start a bus of its own (dbus-launch) and leave it running.
type systemRing struct{ getenv func(string) string }

func (r systemRing) Get(service, user string) (string, error) {
	if !sessionBus(r.getenv) {
		return "", errNoRing
	}
	return keyring.Get(service, user)
}

func (r systemRing) Set(service, user, value string) error {
	if !sessionBus(r.getenv) {
		return errNoRing
	}
	return keyring.Set(service, user, value)
}

func (r systemRing) Delete(service, user string) error {
	if !sessionBus(r.getenv) {
		return errNoRing
	}
	return keyring.Delete(service, user)
}

func sessionBus(getenv func(string) string) bool {
	switch runtime.GOOS {
	case "darwin", "windows":
		return true
	}
	if a := getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return true
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(fmt.Sprintf("/run/user/%d/%s", os.Getuid(), name)); err == nil {
			return true
		}
	}
	return false
}

// within waits for a call of the keyring. One that is left behind ends with the program.
func within(ctx context.Context, limit time.Duration, call func() (string, error)) (string, error) {
	type answer struct {
		value string
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		v, err := call()
		got <- answer{v, err}
	}()
	wait, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case a := <-got:
		return a.value, a.err
	case <-wait.Done():
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", errors.New("the keyring does not answer: it may be locked")
	}
}

// fromRing asks the keyring, then the encrypted store: cron and servers have no keyring. Where the store
// has the entry, a keyring that waits for a person is not waited for long.
func (o Options) fromRing(ctx context.Context, name string) (value, place string, err error) {
	limit := o.wait.ring
	if o.storeHas(name) {
		limit = min(limit, o.wait.spare)
	}
	value, noRing := within(ctx, limit, func() (string, error) { return o.ring.Get(Service, name) })
	if noRing == nil {
		return value, PlaceRing, nil
	}
	if ctx.Err() != nil {
		return "", "", fmt.Errorf("keyring entry %s: %w", clean(name), ctx.Err())
	}
	why := reason(noRing)
	value, noStore := o.stored(name)
	switch {
	case noStore == nil:
		if o.Log != nil {
			o.Log.Info("secret from the encrypted store", "entry", clean(name), "keyring", why)
		}
		return value, PlaceStore, nil
	case !errors.Is(noStore, fs.ErrNotExist):
		return "", "", fmt.Errorf("keyring entry %s: keyring: %s; encrypted store: %w", clean(name), why, noStore)
	}
	err = fmt.Errorf("keyring entry %s: keyring: %s; encrypted store: no such entry: %w", clean(name), why, minutes.ErrNotFound)
	if errors.Is(noRing, keyring.ErrNotFound) {
		return "", "", minutes.WithHint(err, "store it: "+o.auth())
	}
	return "", "", minutes.WithHint(err, "store it where no keyring is needed: "+o.auth()+` --file; or use { command = "…" } or { env = "…" }`)
}

// reason is why a keyring gave nothing, without D-Bus's longer sentences.
func reason(err error) string {
	if errors.Is(err, keyring.ErrNotFound) {
		return "no such entry"
	}
	return clean(err.Error())
}
