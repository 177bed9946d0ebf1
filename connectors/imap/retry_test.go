package imap

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestASessionThatDoesNotBeginIsTriedThreeTimes counts what a server sees, and what the pauses would be.
func TestASessionThatDoesNotBeginIsTriedThreeTimes(t *testing.T) {
	for name, c := range map[string]struct {
		says  string
		tries int
	}{"closes": {"", 3}, "has too many": {"* BYE too many connections\r\n", 3}, "is no mail server": {"SSH-2.0-OpenSSH\r\n", 1},
		"refuses the password": {"* OK [CAPABILITY IMAP4rev1] hello\r\nT1 NO [AUTHENTICATIONFAILED] wrong\r\n", 1}} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
			seen := make(chan struct{}, 10)
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					seen <- struct{}{}
					_, _ = conn.Write([]byte(c.says))
					_ = conn.(*net.TCPConn).CloseWrite()
					go func() { // what the client still says is read, so that nothing is reset
						_, _ = conn.Read(make([]byte, 4096))
						_ = conn.Close()
					}()
				}
			}()
			conf := &Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: "none", Username: "sam", Password: minutes.SecretRef{Env: "X"}}
			conf.Fill()
			env := connectortest.Env(t, connectortest.Options{Private: true})
			var waits []time.Duration
			env.Wait = func(ctx context.Context, d time.Duration) error {
				waits = append(waits, d)
				return ctx.Err()
			}
			src, err := conf.Open(env)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = src.Fetch(t.Context(), minutes.Cursor{}); err == nil || minutes.Hint(err) == "" {
				t.Errorf("%v, hint %q", err, minutes.Hint(err))
			}
			if len(seen) != c.tries || len(waits) != c.tries-1 {
				t.Errorf("tried %d times after %v, want %d: %v", len(seen), waits, c.tries, err)
			}
			for i, d := range waits {
				if d < time.Second<<i/2 || d >= 3*time.Second<<i/2 {
					t.Errorf("pause %d is %s", i+1, d)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // no room for a pause
			defer cancel()
			if _, err := src.Fetch(ctx, minutes.Cursor{}); errors.Is(err, context.DeadlineExceeded) || err == nil {
				t.Errorf("a pause was begun past the deadline: %v", err)
			}
		})
	}
}
