package egress

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

// A feed may send its reader on, but not to what the same config names at home.
func TestARedirectFromElsewhereOpensNoHome(t *testing.T) {
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/here", http.StatusFound)
			return
		}
		if r.URL.Path != "/here" {
			t.Errorf("%s was asked for", r.URL)
		}
		_, _ = io.WriteString(w, "mine")
	})
	feed := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, home.URL+"/reboot?now", http.StatusFound)
	})
	c := clientFor(t, newBroker(t, Options{}), hostOf(feed), hostOf(home))
	if _, err := get(t, c, feed.URL); !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "a redirect from another host") {
		t.Errorf("%v", err)
	}
	direct := clientFor(t, newBroker(t, Options{}), "192.0.2.2")
	if _, err := get(t, direct, "http://192.0.2.2/"); err == nil || strings.Contains(err.Error(), "redirect") {
		t.Errorf("no redirect led there: %v", err)
	}
	if body, err := get(t, c, home.URL+"/moved"); err != nil || body != "mine" {
		t.Errorf("a redirect within the host: %q, %v", body, err)
	}
}

// Whoever owns a name may point it anywhere. It is at home only where its port was written, or no one else
// could own it.
func TestAPublicNameIsAtHomeOnlyWithItsPort(t *testing.T) {
	for _, c := range []struct {
		named, host, port string
		has, home         bool
	}{
		{"news.example.org", "news.example.org", "443", true, false},
		{"news.example.org:443", "news.example.org", "443", true, true},
		{"news.example.org:443", "news.example.org", "80", false, false},
		{"news.example.org", "news.example.org", "143", false, false},
		{"nas.lan", "nas.lan", "80", true, true}, {"nas", "nas", "443", true, true}, {"nas.home.arpa", "nas.home.arpa", "80", true, true},
		{"192.168.1.2", "192.168.1.2", "80", true, true}, {"[fd00::1]", "fd00::1", "443", true, true},
		{"192.168.1.2", "192.168.1.2", "6379", false, false}, {"nas.lan", "evil.nas.lan", "80", false, false},
	} {
		n := newNames([]string{c.named}, "80", "443")
		if n.has(c.host, c.port) != c.has || n.home(c.host, c.port) != c.home {
			t.Errorf("%q, for %s port %s: named %v, at home %v", c.named, c.host, c.port, n.has(c.host, c.port), n.home(c.host, c.port))
		}
	}
	n := newNames([]string{"a.example:443", "a.example"}, "80", "443")
	if !n.home("a.example", "443") || n.home("a.example", "80") {
		t.Error("written once with its port and once without")
	}
	b := newBroker(t, Options{Resolver: trap(t, func(string, int) string { return "127.0.0.1" })})
	if _, err := get(t, clientFor(t, b, "news.example.org"), "http://news.example.org/"); !errors.Is(err, ErrBlocked) || !strings.Contains(minutes.Hint(err), "with its port") {
		t.Errorf("%v → %s", err, minutes.Hint(err))
	}
}

// The web's client speaks to no mail server, and a name of somebody's home is not even looked up.
func TestWhatIsNoTaskOfTheWebIsNotAsked(t *testing.T) {
	asked := make(chan string, 99)
	b := newBroker(t, Options{Resolver: trap(t, func(name string, _ int) string { asked <- name; return "127.0.0.1" })})
	c, dial := b.For("news", minutes.Public, []string{"mail.example.org"})
	for _, u := range []string{"http://mail.example.org:143/", "https://mail.example.org:993/", "http://router/", "http://nas.lan/", "http://metadata.google.internal/", "http://printer.local./"} {
		if _, err := get(t, c, u); !errors.Is(err, ErrBlocked) {
			t.Errorf("%s: %v", u, err)
		}
	}
	if len(asked) != 0 {
		t.Errorf("%q was looked up", <-asked)
	}
	if _, err := dial(t.Context(), "tcp", "mail.example.org:993"); !errors.Is(err, ErrBlocked) || len(asked) == 0 {
		t.Errorf("%v, %d lookups: the mail server's name is looked up, and its address refused", err, len(asked))
	}
}

// A network without IPv4 reaches all of it by NAT64: public addresses are then so for whoever names them.
func TestNAT64IsWhatItLeadsTo(t *testing.T) {
	bl := blocks()
	for addr, want := range map[string]verdict{
		"64:ff9b::8.8.8.8":         {nameable: true, public: true},
		"64:ff9b::127.0.0.1":       {},
		"64:ff9b::10.0.0.1":        {},
		"64:ff9b::169.254.169.254": {},
		"64:ff9b:1::1":             {nameable: true},
	} {
		got := classify(bl, netip.MustParseAddr(addr))
		if got.why == "" || got.nameable != want.nameable || got.public != want.public {
			t.Errorf("%s: %+v", addr, got)
		}
	}
	b := newBroker(t, Options{})
	n := newNames([]string{"news.example.org"}, "80", "443")
	for host, allowed := range map[string]bool{"news.example.org": true, "other.example.org": false} {
		if err := b.check("[64:ff9b::8.8.8.8]:443", host, "443", n, false); allowed != (err == nil) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestEveryRequestIsSignedWithOurName(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.UserAgent()+"|"+r.Header.Get("Accept-Encoding")+"|"+r.Referer())
	})
	b := newBroker(t, Options{})
	m := b.ForModel("model m", []string{hostOf(s)})
	t.Cleanup(m.CloseIdleConnections)
	for _, c := range []*http.Client{clientFor(t, b, hostOf(s)), m} {
		if body, err := get(t, c, s.URL); err != nil || body != userAgent+"|gzip|" {
			t.Errorf("%q, %v", body, err)
		}
	}
}

// slow is a ledger that takes its time.
type slow struct {
	ledger
	written chan struct{}
}

func (s *slow) Record(ctx context.Context, d minutes.Departure) error {
	<-s.written
	return s.ledger.Record(ctx, d)
}

func TestTheLedgerIsWrittenBeforeTheEnd(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	l := &slow{written: make(chan struct{})}
	b := New(Options{Ledger: l})
	c, dial := b.For("news", minutes.Public, []string{hostOf(s), "127.0.0.1:1"})
	if _, err := get(t, c, s.URL); err != nil {
		t.Fatal(err)
	}
	if _, err := dial(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", "1")); err == nil || errors.Is(err, ErrBlocked) {
		t.Fatal(err) // nothing listens there
	}
	close(l.written)
	c.CloseIdleConnections()
	b.Close()
	if len(l.rows) != 2 {
		t.Errorf("%d rows: what failed is in it too, and the end waits for it", len(l.rows))
	}
}

// One layer of compression is asked for and one is taken off: what is compressed twice, or otherwise, stays as it
// came, under the cap.
func TestOnlyOneLayerOfCompressionIsTakenOff(t *testing.T) {
	bomb := func(layers int) []byte {
		b := bytes.Repeat([]byte("x"), 1<<20)
		for range layers {
			var out bytes.Buffer
			z := gzip.NewWriter(&out)
			_, _ = z.Write(b)
			_ = z.Close()
			b = out.Bytes()
		}
		return b
	}
	for encoding, layers := range map[string]int{"gzip, gzip": 2, "deflate": 1, "br": 1, "gzip": 2, "x-gzip": 1} {
		body := bomb(layers)
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			_, _ = w.Write(body)
		})
		got, err := get(t, clientFor(t, newBroker(t, Options{MaxBody: 100 << 10}), hostOf(s)), s.URL)
		if err != nil || strings.Contains(got, "xxxx") {
			t.Errorf("%s: %d bytes, %v", encoding, len(got), err)
		}
	}
}
