package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// An ill is one way to fail, and what the reader has to be told of it. Without any of the fields from dns
// to mail it is no fault.
type ill struct {
	name string
	// dns is the resolver's; "closed" leads to an address on which nobody listens, "full" to one that
	// takes no more connections.
	dns    string
	cert   string // of the arena's
	old    bool   // no protocol newer than TLS 1.1
	raw    func(c net.Conn)
	inside func(c net.Conn) // the same inside TLS, before the first byte of an answer
	web    func(w http.ResponseWriter, r *http.Request, good http.Handler)
	mail   *mailFault
	// limits are the deadline that is to fire, at a tenth; the others are so long that none does.
	limits minutes.Deadlines
	// error and hint are words that have to be in what the source is said to have run into, and in the next
	// step: one of those between bars. LIMIT is the deadline that is to fire.
	error, hint string
}

// slower is f with a deadline so many times as long, in its words too. It is for a machine so busy that other
// sources do not make it.
func (f ill) slower(times time.Duration) ill {
	for _, d := range []*time.Duration{&f.limits.Connect, &f.limits.TLS, &f.limits.Headers, &f.limits.Idle, &f.limits.Source} {
		if *d *= times; *d > 0 {
			f.error = strings.ReplaceAll(f.error, "LIMIT", d.String())
		} else {
			*d = 30 * time.Second
		}
	}
	return f
}

// A served is a fault at its address.
type served struct {
	l    net.Listener
	stop func()

	mu    sync.Mutex
	conns []net.Conn
}

// Accept keeps what it accepts, so that done can ask whether the other end let go.
func (s *served) Accept() (net.Conn, error) {
	c, err := s.l.Accept()
	if err == nil {
		s.mu.Lock()
		s.conns = append(s.conns, c)
		s.mu.Unlock()
	}
	return c, err
}

func (s *served) Close() error   { return s.l.Close() }
func (s *served) Addr() net.Addr { return s.l.Addr() }

// done says that the program has ended; what it left open is an error.
func (s *served) done(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Error("a connection was left open")
		}
		_ = c.Close()
	}
	s.stop()
}

// serve begins to fail on l, until done.
func (a *arena) serve(t testing.TB, l net.Listener, f ill) *served {
	t.Helper()
	s := &served{l: l}
	conf := &tls.Config{Certificates: []tls.Certificate{a.certs["good"]}, MinVersion: tls.VersionTLS12}
	if f.cert != "" {
		conf.Certificates[0] = a.certs[f.cert]
	}
	if f.old {
		conf.MinVersion, conf.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	}
	each := f.raw
	if each == nil && (f.inside != nil || a.kind == "imap") {
		each = func(c net.Conn) {
			inner := tls.Server(c, conf)
			switch {
			case inner.Handshake() != nil:
			case f.inside != nil:
				f.inside(inner)
			default:
				f.mail.relay(inner, a.mail)
			}
		}
	}
	if each == nil {
		s.stop = serveWeb(tls.NewListener(s, conf), passOn(t, a.web), f)
		return s
	}
	s.stop = func() { _ = l.Close() }
	go func() {
		for {
			c, err := s.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				each(c)
			}()
		}
	}()
	return s
}

func serveWeb(l net.Listener, good http.Handler, f ill) (stop func()) {
	srv := &http.Server{ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if f.web == nil {
				good.ServeHTTP(w, r)
				return
			}
			f.web(w, r, good)
		})}
	go func() { _ = srv.Serve(l) }()
	return func() { _ = srv.Close() }
}

// A mailFault is what a mail server does when it hears a command, standing before one that is good.
type mailFault struct {
	at     string // the verb; "" is the connection itself, in the place of the greeting
	answer string // TAG is the command's
	then   string // "silent", "reset", "drip" of what the good one says, or "", which closes
}

// relay speaks with the program on c as the server at good would, until the fault. m may be nil.
func (m *mailFault) relay(c net.Conn, good string) {
	up, err := net.Dial("tcp", good)
	if err != nil {
		return
	}
	defer up.Close()
	if m != nil && m.at == "" {
		m.strike(c, up, "*")
		return
	}
	var struck sync.Mutex // held for good once the fault has come
	go func() {
		_, _ = io.Copy(writer(func(b []byte) (int, error) {
			struck.Lock()
			defer struck.Unlock()
			return c.Write(b)
		}), up)
		_ = c.Close()
	}()
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if tag, rest, _ := strings.Cut(line, " "); m != nil && strings.HasPrefix(strings.TrimPrefix(rest, "UID "), m.at) {
			struck.Lock()
			m.strike(c, nil, tag)
			refuses := strings.HasPrefix(m.answer, "TAG NO")
			if !refuses {
				_ = c.Close()
			}
			struck.Unlock()
			if refuses {
				continue // and goes on
			}
			return
		}
		if _, err := io.WriteString(up, strings.Replace(line, canary, "demo", 1)); err != nil {
			return
		}
	}
}

// strike is the fault itself. up is what the good server says.
func (m *mailFault) strike(c net.Conn, up io.Reader, tag string) {
	_, _ = io.WriteString(c, strings.ReplaceAll(m.answer, "TAG", tag))
	switch m.then {
	case "silent":
		_, _ = io.Copy(io.Discard, c)
	case "reset":
		reset(c)
	case "drip":
		drip(c, up)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// reset ends a connection so that the other end is told "reset by peer".
func reset(c net.Conn) {
	if inner, ok := c.(*tls.Conn); ok {
		c = inner.NetConn()
	}
	if s, ok := c.(*net.TCPConn); ok {
		_ = s.SetLinger(0)
	}
	_ = c.Close()
}

// drip passes on a byte at a time, too often for a deadline between two.
func drip(w io.Writer, r io.Reader) {
	b := make([]byte, 1)
	for tick := time.Tick(50 * time.Millisecond); ; <-tick {
		if _, err := io.ReadFull(r, b); err != nil {
			return
		}
		if _, err := w.Write(b); err != nil {
			return
		}
	}
}
