package imap

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// spy has a look at everything that s sends in the whole of a test: nothing but reading, and no
// password before TLS, unless the server is this machine and the config says so.
func spy(t testing.TB, s *source) {
	dial := s.env.Dial
	var mu sync.Mutex
	var seen []*overheard
	s.env.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, &overheard{Conn: c})
		return seen[len(seen)-1], nil
	}
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range seen {
			c.check(t, s.config.TLS)
		}
	})
}

// overheard keeps the beginning of what is sent on a connection.
type overheard struct {
	net.Conn
	mu   sync.Mutex
	sent bytes.Buffer
}

func (c *overheard) Write(b []byte) (int, error) {
	c.mu.Lock()
	if c.sent.Len() < 1<<20 {
		c.sent.Write(b)
	}
	c.mu.Unlock()
	return c.Conn.Write(b)
}

func (c *overheard) check(t testing.TB, mode string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.sent.Bytes()
	if mode != "none" {
		const handshake = 0x16
		if mode == "starttls" {
			sent = bytes.TrimPrefix(sent, []byte("T0 STARTTLS\r\n"))
		}
		if len(sent) > 0 && sent[0] != handshake || bytes.Contains(sent, []byte(connectortest.Canary)) {
			t.Errorf("before TLS the client says %.200q", sent)
		}
		return
	}
	in := bufio.NewReader(bytes.NewReader(sent))
	for {
		line, err := command(io.Discard, in)
		if err != nil {
			return // cut off in the middle of it
		}
		if bad := readOnly(line); bad != "" {
			t.Errorf("the client says %s", bad)
		}
	}
}
