package egress

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ledger keeps what was recorded.
type ledger struct {
	mu   sync.Mutex
	rows []minutes.Departure
	hold chan struct{} // a ledger that hangs until this is closed
}

func (l *ledger) Record(_ context.Context, d minutes.Departure) error {
	if l.hold != nil {
		<-l.hold
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, d)
	return nil
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func hostOf(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }

func get(t *testing.T, c *http.Client, target string) (string, error) {
	t.Helper()
	res, err := c.Get(target)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

// newBroker closes its connections when the test ends, before goleak looks.
func newBroker(t *testing.T, o Options) *Broker {
	t.Helper()
	b := New(o)
	t.Cleanup(b.Close)
	return b
}

func clientFor(t *testing.T, b *Broker, named ...string) *http.Client {
	t.Helper()
	c, _ := b.For("news", minutes.Public, named)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestHostileAddressesAreNeverReached(t *testing.T) {
	var hits atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { hits.Add(1) })
	_, port, _ := net.SplitHostPort(hostOf(s))
	loop := trap(t, func(string, int) string { return "127.0.0.1" })
	closed := newBroker(t, Options{Resolver: loop})
	tried := 0
	for _, h := range hostileHosts() {
		for _, u := range []string{"http://" + h + "/", "https://" + h + "/x", "http://" + h + ":" + port + "/"} {
			tried++
			c := clientFor(t, closed, "news.example.org", "127.0.0.1:1") // another port of loopback is named: it opens no other
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
			if err != nil {
				cancel()
				continue // net/url refuses it already
			}
			res, err := c.Do(req)
			cancel()
			if err == nil {
				_ = res.Body.Close()
				t.Errorf("%s was reached", u)
			} else if !errors.Is(err, ErrBlocked) {
				t.Errorf("%s: not by the rules but %v", u, err)
			} else if minutes.Hint(err) == "" {
				t.Errorf("%s: no next step: %v", u, err)
			}
		}
	}
	if tried < 300 || hits.Load() != 0 {
		t.Errorf("%d tried, the server saw %d", tried, hits.Load())
	}
}

// The positive control: with the check off the same addresses do reach the server.
func TestWithoutTheCheckTheyWouldBeReached(t *testing.T) {
	var hits atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { hits.Add(1) })
	_, port, _ := net.SplitHostPort(hostOf(s))
	b := newBroker(t, Options{Resolver: trap(t, func(string, int) string { return "127.0.0.1" })})
	b.open = true
	for _, h := range []string{"localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "evil.example.org"} {
		if _, err := get(t, clientFor(t, b), "http://"+h+":"+port+"/"); err != nil {
			t.Errorf("%s: %v", h, err)
		}
	}
	if hits.Load() != 4 {
		t.Errorf("the server saw %d of 4", hits.Load())
	}
}

func TestANameThatChangesItsAddressGainsNothing(t *testing.T) {
	var hits atomic.Int32
	s := serve(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	_, port, _ := net.SplitHostPort(hostOf(s))
	// The first answer is a public address, which a check before connecting would have let through.
	rebinding := trap(t, func(_ string, asked int) string {
		if asked == 0 {
			return "93.184.215.14"
		}
		return "127.0.0.1"
	})
	b := newBroker(t, Options{Resolver: rebinding})
	if _, err := rebinding.LookupNetIP(context.Background(), "ip4", "rebind.example.org"); err != nil {
		t.Fatal(err)
	}
	if _, err := get(t, clientFor(t, b), "http://rebind.example.org/"); !errors.Is(err, ErrBlocked) {
		t.Errorf("%v", err)
	}
	// Named, with its port, the user's own name may be at home.
	if _, err := get(t, clientFor(t, b, "rebind.example.org:"+port), "http://rebind.example.org:"+port+"/"); err != nil {
		t.Errorf("the named host: %v", err)
	}
	if hits.Load() != 1 {
		t.Errorf("the server saw %d", hits.Load())
	}
}

func TestANamedPublicNameOpensNoCloudMetadata(t *testing.T) {
	b := newBroker(t, Options{Resolver: trap(t, func(string, int) string { return "169.254.169.254" })})
	if _, err := get(t, clientFor(t, b, "metadata.example.org"), "http://metadata.example.org/latest"); !errors.Is(err, ErrBlocked) {
		t.Errorf("%v", err)
	}
}

func TestWhatTheConfigNamesMayBeAtHome(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "home") })
	_, port, _ := net.SplitHostPort(hostOf(s))
	b := newBroker(t, Options{})
	for _, named := range []string{hostOf(s), "[::ffff:127.0.0.1]:" + port} {
		if body, err := get(t, clientFor(t, b, named), s.URL); err != nil || body != "home" {
			t.Errorf("named as %q: %q, %v", named, body, err)
		}
	}
	for _, named := range []string{"127.0.0.1", "127.0.0.1:1", "127.0.0.2:" + port, "localhost:" + port, ""} {
		if _, err := get(t, clientFor(t, b, named), s.URL); !errors.Is(err, ErrBlocked) {
			t.Errorf("named as %q it was reached: %v", named, err)
		}
	}
	_, dial := b.For("work", minutes.Private, []string{hostOf(s)})
	conn, err := dial(context.Background(), "tcp", hostOf(s))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	for _, bad := range [][2]string{{"tcp", "127.0.0.1:1"}, {"tcp", "example.org:25"}, {"unix", "/run/x.sock"}, {"udp", hostOf(s)}, {"tcp", "nothing"}, {"tcp", hostOf(s) + "9999"}, {"tcp", "127.0.0.1:0"}} {
		if _, err := dial(context.Background(), bad[0], bad[1]); !errors.Is(err, ErrBlocked) {
			t.Errorf("dial %v: %v", bad, err)
		}
	}
}

// One source's connection to a private host is no way there for another source.
func TestSourcesDoNotShareConnectionsToPrivateHosts(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "home") })
	b := newBroker(t, Options{})
	if _, err := get(t, clientFor(t, b, hostOf(s)), s.URL); err != nil {
		t.Fatal(err)
	}
	if _, err := get(t, clientFor(t, b), s.URL); !errors.Is(err, ErrBlocked) {
		t.Errorf("the other source reached it: %v", err)
	}
}

func TestAProxyInTheEnvironmentIsIgnored(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	for _, k := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(k, proxy.URL)
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") })
	_, port, _ := net.SplitHostPort(hostOf(s))
	// By a name: net/http asks no proxy for loopback addresses anyway.
	host := "direct.example.org:" + port
	b := newBroker(t, Options{Resolver: trap(t, func(string, int) string { return "127.0.0.1" })})
	c := clientFor(t, b, host)
	if body, err := get(t, c, "http://"+host); err != nil || body != "direct" {
		t.Errorf("%q, %v", body, err)
	}
	// net/http reads the variables once a process, so the request alone proves nothing here.
	if b.public.Proxy != nil || c.Transport.(*door).own.Proxy != nil {
		t.Error("a transport asks for a proxy")
	}
}

func TestABodyIsCappedAfterDecompression(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/plain" {
			_, _ = io.WriteString(w, strings.Repeat("x", 1000))
			return
		}
		w.Header().Set("Content-Encoding", "gzip") // 1 KB that becomes 1 MB
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, strings.Repeat("x", 1<<20))
		_ = z.Close()
	})
	for _, c := range []struct {
		path  string
		limit int64
		ok    bool
	}{{"/plain", 1000, true}, {"/plain", 999, false}, {"/plain", 1, false}, {"/bomb", 1 << 20, true}, {"/bomb", 1<<20 - 1, false}, {"/bomb", 2000, false}} {
		body, err := get(t, clientFor(t, newBroker(t, Options{MaxBody: c.limit}), hostOf(s)), s.URL+c.path)
		var large *TooLarge
		if c.ok != (err == nil) || !c.ok && (!errors.As(err, &large) || minutes.Hint(err) == "") || int64(len(body)) > c.limit {
			t.Errorf("%s, cap %d: %d bytes, %v", c.path, c.limit, len(body), err)
		}
	}
}

func TestTheLedgerListsNobodyWhoWasNeverAsked(t *testing.T) {
	l := &ledger{}
	c, dial := newBroker(t, Options{Ledger: l}).For("news", minutes.Public, []string{"127.0.0.1:1"})
	t.Cleanup(c.CloseIdleConnections)
	for _, u := range []string{"http://169.254.169.254/latest", "http://127.0.0.1/", "http://[::1]/", "http://example.org:22/", "ftp://example.org/", "http://u:p@example.org/"} {
		if _, err := get(t, c, u); !errors.Is(err, ErrBlocked) {
			t.Errorf("%s: %v", u, err)
		}
	}
	if _, err := dial(t.Context(), "tcp", "10.0.0.1:25"); !errors.Is(err, ErrBlocked) {
		t.Error(err)
	}
	if len(l.rows) != 0 {
		t.Errorf("%+v", l.rows)
	}
}

func TestTheLedgerKnowsHostAndClass(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	l := &ledger{}
	at := time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	b := newBroker(t, Options{Ledger: l, Run: "r1", Now: func() time.Time { return at }})
	c, dial := b.For("work", minutes.Private, []string{hostOf(s)})
	t.Cleanup(c.CloseIdleConnections)
	if _, err := get(t, c, s.URL+"/path?token=canary"); err != nil {
		t.Fatal(err)
	}
	conn, err := dial(context.Background(), "tcp", hostOf(s))
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	want := minutes.Departure{At: at, Run: "r1", Source: "work", Host: "127.0.0.1", Class: minutes.Private}
	if len(l.rows) != 2 || l.rows[0] != want || l.rows[1] != want {
		t.Errorf("%+v", l.rows)
	}
}

func TestALedgerThatHangsHoldsNothingUp(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {})
	l := &ledger{hold: make(chan struct{})}
	defer close(l.hold)
	if _, err := get(t, clientFor(t, newBroker(t, Options{Ledger: l}), hostOf(s)), s.URL); err != nil {
		t.Error(err)
	}
}

func TestErrorsShowNoQuery(t *testing.T) {
	_, err := get(t, clientFor(t, newBroker(t, Options{})), "http://127.0.0.1/?key=canary")
	var ue *url.Error
	if !errors.As(err, &ue) || strings.Contains(ue.Err.Error(), "canary") {
		t.Errorf("%v", err)
	}
	if _, err := get(t, clientFor(t, newBroker(t, Options{})), "http://user:canary@example.org/"); !errors.Is(err, ErrBlocked) || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}
