package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/dailyminutes/minutes"
	"github.com/zalando/go-keyring"
)

// errNoRing says that there is nothing to ask.
var errNoRing = errors.New("there is no session with a keyring here")

// systemRing asks the system's keyring. On a Unix without a session bus it is not asked at all: the
// D-Bus library would start a bus of its own (dbus-launch) and leave it running.
func systemRing(getenv func(string) string) func(service, user string) (string, error) {
	return func(service, user string) (string, error) {
		if !sessionBus(getenv) {
			return "", errNoRing
		}
		return keyring.Get(service, user)
	}
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

// fromRing asks the keyring, then the encrypted store: cron and servers have no keyring.
func (o Options) fromRing(ctx context.Context, name string) (string, error) {
	type answer struct {
		value string
		err   error
	}
	got := make(chan answer, 1)
	go func() { // it takes no context, and waits for a person where it is locked
		v, err := o.ring(Service, name)
		got <- answer{v, err}
	}()
	wait, cancel := context.WithTimeout(ctx, o.wait.ring)
	defer cancel()
	var a answer
	select {
	case a = <-got:
	case <-wait.Done():
		if ctx.Err() != nil {
			return "", fmt.Errorf("keyring entry %s: %w", clean(name), ctx.Err())
		}
		a.err = errors.New("the keyring does not answer: it may be locked")
	}
	if a.err == nil {
		return a.value, nil
	}
	stored, err := o.stored(name)
	switch {
	case err == nil:
		return stored, nil
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	case errors.Is(a.err, keyring.ErrNotFound):
		return "", minutes.WithHint(fmt.Errorf("keyring entry %s: %w", clean(name), minutes.ErrNotFound), "store it: "+storeCommand(name))
	case errors.Is(a.err, errNoRing):
		return "", minutes.WithHint(fmt.Errorf("keyring entry %s: %w", clean(name), errNoRing), `cron and servers have none: use { command = "…" }, { file = "…" } or { env = "…" } there`)
	}
	return "", minutes.WithHint(fmt.Errorf("keyring entry %s: the keyring cannot be read: %s", clean(name), clean(a.err.Error())),
		`unlock it, or use { command = "…" }, { file = "…" } or { env = "…" } instead`)
}

// storeCommand is how an entry gets into the keyring with the system's own tool.
func storeCommand(name string) string {
	switch runtime.GOOS {
	case "darwin":
		return "security add-generic-password -s " + Service + " -a " + clean(name) + " -w"
	case "windows":
		return "cmdkey /generic:" + Service + ":" + clean(name) + " /user:" + clean(name) + " /pass"
	}
	return "secret-tool store --label=" + Service + " service " + Service + " username " + clean(name)
}
