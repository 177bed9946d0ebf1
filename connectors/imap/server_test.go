package imap

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// morning is when the tests happen: the world's Now.
func morning() time.Time { return time.Date(2026, 11, 25, 7, 0, 0, 0, time.UTC) }

const user = "sam@example.org"

// A mailServer is the library's in-memory server on loopback.
type mailServer struct {
	t    testing.TB
	user *imapmemserver.User
	addr string
}

func newMailServer(t testing.TB, folders ...string) *mailServer {
	t.Helper()
	s := &mailServer{t: t, user: imapmemserver.NewUser(user, connectortest.Canary)}
	for _, f := range folders {
		s.create(f)
	}
	mem := imapmemserver.New()
	mem.AddUser(s.user)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapSpecialUse: {}, imap.CapListExtended: {}},
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0),
	})
	l := listen(t)
	s.addr = l.Addr().String()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(l)
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-served
	})
	return s
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *mailServer) create(folder string) {
	s.t.Helper()
	var o *imap.CreateOptions
	if strings.HasPrefix(folder, "Sent") {
		o = &imap.CreateOptions{SpecialUse: []imap.MailboxAttr{imap.MailboxAttrSent}}
	}
	if err := s.user.Create(folder, o); err != nil {
		s.t.Fatal(err)
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// put delivers a message.
func (s *mailServer) put(folder, raw string, received time.Time, flags ...imap.Flag) {
	s.t.Helper()
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	if _, err := s.user.Append(folder, literal{bytes.NewReader([]byte(raw))}, &imap.AppendOptions{Time: received, Flags: flags}); err != nil {
		s.t.Fatal(err)
	}
}

// mailOf is a small message, number n.
func mailOf(n int) string {
	return fmt.Sprintf("From: Ann Example <ann@example.com>\nTo: Sam <%s>\nSubject: Number %d\nMessage-ID: <m%d@example.com>\nDate: %s\n\nHello Sam, this is number %d.\n",
		user, n, n, morning().Add(-time.Duration(n)*time.Minute).Format(time.RFC1123Z), n)
}

// config reads the server at addr without TLS, as loopback may.
func config(t testing.TB, addr string) *Config {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	c := &Config{Host: host, Port: n, TLS: "none", Username: user, Password: minutes.SecretRef{Env: "MAIL_PASSWORD"}}
	c.Name = "test"
	return c
}

// open gives a source of c that is patient for as long as told; 0 is the usual.
func open(t testing.TB, c *Config, wait time.Duration) *source {
	t.Helper()
	c.Fill()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	src, err := c.Open(connectortest.Env(t, connectortest.Options{Private: true, Now: morning(),
		Profile: minutes.Profile{Addresses: []string{user}}}))
	if err != nil {
		t.Fatal(err)
	}
	s := src.(*source)
	spy(t, s)
	if wait > 0 {
		s.patience, s.idle = wait, wait
	}
	return s
}

func (s *source) mustFetch(t testing.TB, from minutes.Cursor) minutes.Batch {
	t.Helper()
	b, err := s.Fetch(t.Context(), from)
	if err != nil {
		t.Fatalf("%v (%s)", err, minutes.Hint(err))
	}
	return b
}

func titles(b minutes.Batch) string {
	var out []string
	for _, it := range b.Items {
		out = append(out, it.Title.String())
	}
	return strings.Join(out, ", ")
}

// A relay passes a connection on and counts how often the client stood waiting: the server's bytes
// after the client's are the end of one wait.
type relay struct {
	mu    sync.Mutex
	trips int
	last  byte
	sent  bytes.Buffer // what the client said
}

func (r *relay) note(who byte, b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if who == 's' && r.last == 'c' {
		r.trips++
	}
	if who == 'c' {
		r.sent.Write(b)
	}
	r.last = who
}

func (r *relay) count() (trips int, sent string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.trips, r.sent.String()
}

// A counter stands before a server and counts the bytes that it sends.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) before(t *testing.T, addr string) string {
	l := listen(t)
	serve(t, l, func(client net.Conn) {
		server, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(server, client)
			_ = server.Close()
		}()
		_, _ = io.Copy(io.MultiWriter(c, client), server)
	})
	return l.Addr().String()
}

func (c *counter) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += len(b)
	return len(b), nil
}

func (c *counter) bytes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
