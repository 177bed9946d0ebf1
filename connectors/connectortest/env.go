package connectortest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // a bare container has no zones

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// Canary is the value of every secret in a test. It may reach the server it is for and nothing else.
const Canary = "S3CRET-CANARY"

// Options says what a test wants otherwise than usual. The zero value is a source "test", private
// as asked for, on Wednesday 25 November 2026, 07:00 in Berlin.
type Options struct {
	Name    string
	Private bool
	Profile minutes.Profile
	Zone    string    // an IANA name
	Now     time.Time // in any zone
}

// Env is a complete world for one test: State in memory, a client and dialer that reach whatever
// the test started, a clock that stands still, pauses that take no time, a jail that is closed
// when the test ends. Every secret that is set is Canary.
func Env(t testing.TB, o Options) connectors.Env { return newWorld(t, o).env }

// world is an Env with what the suite watches: each step into the world ticks, each word is kept.
type world struct {
	env   connectors.Env
	state *memory
	log   *log
	tap   *tap
}

func newWorld(t testing.TB, o Options) *world {
	t.Helper()
	if o.Name == "" {
		o.Name = "test"
	}
	if o.Zone == "" {
		o.Zone = "Europe/Berlin"
	}
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		t.Fatal(err)
	}
	now := o.Now.In(zone)
	if o.Now.IsZero() {
		now = time.Date(2026, 11, 25, 7, 0, 0, 0, zone)
	}
	w := &world{state: &memory{}, log: &log{}, tap: &tap{}}
	w.state.tap = w.tap
	pool := &connectors.Pool{Size: 2}
	transport := &http.Transport{DialContext: w.dial, MaxIdleConnsPerHost: 16}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		pool.Close()
	})
	w.env = connectors.Env{
		Name: o.Name, Private: o.Private, Profile: o.Profile, Zone: zone,
		Now: func() time.Time { return now }, State: w.state,
		Wait: func(ctx context.Context, _ time.Duration) error {
			w.tap.tick()
			return ctx.Err()
		},
		Log:    slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Client: &http.Client{Transport: transport}, Dial: w.dial,
		Secret: func(ctx context.Context, ref minutes.SecretRef) (minutes.Secret, error) {
			w.tap.tick()
			if !ref.Set() {
				return minutes.Secret{}, minutes.WithHint(errors.New("no secret is configured"), "set one")
			}
			return minutes.NewSecret(Canary), ctx.Err()
		},
		Parse: func(ctx context.Context, doc connectors.Document) (connectors.Parsed, error) {
			w.tap.tick()
			return pool.Parse(ctx, doc)
		},
	}
	return w
}

func (w *world) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.tap.tick()
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return conn{c, w.tap}, nil
}

// A tap counts the steps into the world and fires before the one it was set to.
type tap struct {
	mu   sync.Mutex
	n    int
	at   int
	fire func()
}

func (p *tap) tick() {
	p.mu.Lock()
	p.n++
	hit := p.fire != nil && p.n == p.at
	p.mu.Unlock()
	if hit {
		p.fire()
	}
}

func (p *tap) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// set makes the tap fire before the at-th step from now.
func (p *tap) set(at int, fire func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n, p.at, p.fire = 0, at, fire
}

type conn struct {
	net.Conn
	tap *tap
}

func (c conn) Read(b []byte) (int, error)  { c.tap.tick(); return c.Conn.Read(b) }
func (c conn) Write(b []byte) (int, error) { c.tap.tick(); return c.Conn.Write(b) }

// memory is a State that is gone with the test.
type memory struct {
	tap *tap
	mu  sync.Mutex
	m   map[string][]byte
}

func (s *memory) Get(ctx context.Context, key string) ([]byte, error) {
	s.tap.tick()
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.m[key]), ctx.Err()
}

func (s *memory) Put(ctx context.Context, key string, value []byte) error {
	s.tap.tick()
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.m == nil {
		s.m = map[string][]byte{}
	}
	s.m[key] = bytes.Clone(value)
	return nil
}

func (s *memory) dump() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b bytes.Buffer
	for k := range maps.Keys(s.m) {
		b.WriteString(k + "=" + string(s.m[k]) + "\n")
	}
	return b.String()
}

// log keeps what was logged.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
