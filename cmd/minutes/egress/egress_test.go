package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
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

// hostileHosts lead, or might lead, somewhere that no item may send this program to.
func hostileHosts() []string {
	hosts := []string{
		"localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "ip6-loopback",
		"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "127.255.255.254", "0", "0.0.0.0", "0.0.0.1", "0x7f.1", "0x7f000001", "0x7f.0x0.0x0.0x1",
		"2130706433", "017700000001", "0177.0.0.1", "127.0.0.01", "0127.0.0.1", "1.2.3.4.5", "127.0x0.0.1", "１２７.０.０.１", "①②⑦.⓪.⓪.①",
		"127。0。0。1", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.1.254", "192.168.255.255",
		"100.64.0.1", "100.127.255.254", "169.254.169.254", "169.254.0.1", "0xa9fea9fe", "2852039166", "169.254.169.254.",
		"192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "224.0.0.251", "239.255.255.250", "240.0.0.1", "250.1.2.3", "255.255.255.255",
		"[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::ffff:192.168.1.1]",
		"[::ffff:169.254.169.254]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]",
		"[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:101::1]", "[2001:0:7f00:1::]", "[2001::1]", "[2001:db8::1]",
		"[2001:2::1]", "[2001:10::1]", "[3fff::1]", "[5f00::1]", "[100::1]", "[fc00::1]", "[fd00::1]", "[fd12:3456:789a::1]", "[fe80::1]",
		"[fe80::1%25eth0]", "[febf::1]", "[fec0::1]", "[feff::1]", "[ff02::1]", "[ff05::2]", "[4000::1]", "[::2]", "[::fffe:1]",
		"a..b", ".example", "%00", "exa mple", "exa\tmple", "1.1.1.256", "0x", "0x.0x.0x.0x", "1e3.1.1.1.0", "::1",
	}
	for _, n := range []int{1, 9, 15, 17, 30, 31} {
		hosts = append(hosts, fmt.Sprintf("172.%d.0.9", max(16, n)), fmt.Sprintf("10.%d.1.1", n), fmt.Sprintf("127.0.%d.1", n))
	}
	return hosts
}

// trap answers for any name with loopback, so that a host let through would be reached.
func trap(t *testing.T, answer func(name string, asked int) string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	asked := map[string]int{}
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) == 0 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				ip := netip.MustParseAddr(answer(strings.TrimSuffix(q.Name.String(), "."), asked[q.Name.String()]))
				asked[q.Name.String()]++
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}, Body: &dnsmessage.AResource{A: ip.As4()}}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
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

func TestRedirectsAreCheckedAtEachHop(t *testing.T) {
	inner := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the inner server was reached") })
	hops := 0
	outer := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			hops++
			http.Redirect(w, r, fmt.Sprintf("/loop?%d", hops), http.StatusFound)
		case "/in":
			http.Redirect(w, r, inner.URL+"/?secret=1", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/user":
			w.Header().Set("Location", "http://u:p@"+hostOf(outerOf(r))+"/")
			w.WriteHeader(http.StatusFound)
		case "/2":
			http.Redirect(w, r, "/1", http.StatusFound)
		case "/1":
			http.Redirect(w, r, "/0", http.StatusMovedPermanently)
		default:
			_, _ = io.WriteString(w, "end")
		}
	})
	b := newBroker(t, Options{})
	c := clientFor(t, b, hostOf(outer))
	for _, p := range []string{"/loop", "/in", "/file", "/user"} {
		if _, err := get(t, c, outer.URL+p); !errors.Is(err, ErrBlocked) {
			t.Errorf("%s: %v", p, err)
		}
	}
	if hops != maxRedirects+1 {
		t.Errorf("%d requests in a loop", hops)
	}
	if body, err := get(t, c, outer.URL+"/2"); err != nil || body != "end" {
		t.Errorf("two redirects at home: %q, %v", body, err)
	}
}

func outerOf(r *http.Request) *httptest.Server { return &httptest.Server{URL: "http://" + r.Host} }

func TestSecretsStayWithTheFirstHost(t *testing.T) {
	var got []http.Header
	var mu sync.Mutex
	note := func(r *http.Request) {
		mu.Lock()
		got = append(got, r.Header.Clone())
		mu.Unlock()
	}
	var first, second *httptest.Server
	second = serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(r)
		if r.URL.Path == "/back" {
			http.Redirect(w, r, first.URL+"/end", http.StatusFound)
		}
	})
	first = serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(r)
		if r.URL.Path == "/go" {
			http.Redirect(w, r, second.URL+"/back", http.StatusFound)
		}
		if r.URL.Path == "/post" {
			http.Redirect(w, r, second.URL+"/", http.StatusTemporaryRedirect)
		}
	})
	b := newBroker(t, Options{})
	c := clientFor(t, b, hostOf(first), hostOf(second))
	req, _ := http.NewRequest(http.MethodGet, first.URL+"/go?key=abc", nil)
	req.Header.Set("Authorization", "Bearer canary")
	req.Header.Set("X-Api-Key", "canary")
	req.Header.Set("Cookie", "canary")
	req.Header.Set("User-Agent", "minutes")
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if len(got) != 3 || got[0].Get("X-Api-Key") != "canary" {
		t.Fatalf("%d requests; the first has its key: %v", len(got), got)
	}
	for i, h := range got[1:] {
		if s := fmt.Sprint(h); strings.Contains(s, "canary") || strings.Contains(s, "abc") || h.Get("User-Agent") != "minutes" {
			t.Errorf("hop %d carries %v", i+1, h)
		}
	}
	if _, err := c.Post(first.URL+"/post", "text/plain", strings.NewReader("canary")); !errors.Is(err, ErrBlocked) {
		t.Errorf("a body was handed on: %v", err)
	}
}

func TestTLSIsNeverDropped(t *testing.T) {
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("plain http was asked") })
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain.URL, http.StatusFound)
		}
		_, _ = io.WriteString(w, r.Proto)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	tr := s.Client().Transport.(*http.Transport)
	b := newBroker(t, Options{Roots: tr.TLSClientConfig.RootCAs})
	named := []string{strings.TrimPrefix(s.URL, "https://"), hostOf(plain)}
	c := clientFor(t, b, named...)
	if _, err := get(t, c, s.URL+"/down"); !errors.Is(err, ErrBlocked) {
		t.Errorf("https became http: %v", err)
	}
	if body, err := get(t, c, s.URL); err != nil || body == "" {
		t.Errorf("%q, %v", body, err)
	}
	if _, err := get(t, clientFor(t, newBroker(t, Options{}), named...), s.URL); err == nil {
		t.Error("a certificate that nobody signed was taken")
	}
}

func TestAProxyInTheEnvironmentIsIgnored(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	for _, k := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"} {
		t.Setenv(k, proxy.URL)
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "direct") })
	if body, err := get(t, clientFor(t, newBroker(t, Options{}), hostOf(s)), s.URL); err != nil || body != "direct" {
		t.Errorf("%q, %v", body, err)
	}
	b := newBroker(t, Options{})
	if p := b.public.Proxy; p != nil {
		t.Error("the shared transport asks for a proxy")
	}
}

func TestABodyIsCappedAfterDecompression(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", int(r.ContentLength)+1000))
	})
	for limit, ok := range map[int64]bool{999: true, 998: false, 10: false} {
		c := clientFor(t, newBroker(t, Options{MaxBody: limit}), hostOf(s))
		body, err := get(t, c, s.URL)
		var large *TooLarge
		if ok = int64(1000) <= limit; ok != (err == nil) || !ok && (!errors.As(err, &large) || int64(len(body)) > limit) {
			t.Errorf("cap %d: %d bytes, %v", limit, len(body), err)
		}
	}
	c := clientFor(t, newBroker(t, Options{MaxBody: 1000}), hostOf(s))
	if body, err := get(t, c, s.URL); err != nil || len(body) != 1000 {
		t.Errorf("a body of just the cap: %d, %v", len(body), err)
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

func FuzzCanonical(f *testing.F) {
	for _, h := range hostileHosts() {
		f.Add(strings.Trim(h, "[]"))
	}
	f.Add("münchen.example")
	f.Add("example.org.")
	bl := blocks()
	f.Fuzz(func(t *testing.T, host string) {
		c, err := canonical(host)
		if err != nil {
			return
		}
		again, err := canonical(c)
		if err != nil || again != c {
			t.Fatalf("%q becomes %q, then %q, %v", host, c, again, err)
		}
		if ip, err := netip.ParseAddr(c); err == nil {
			classify(bl, ip)
			return
		}
		if strings.Trim(c, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || numeric(c[strings.LastIndexByte(c, '.')+1:]) {
			t.Fatalf("%q becomes %q", host, c)
		}
	})
}

func FuzzClassify(f *testing.F) {
	bl := blocks()
	f.Add([]byte{127, 0, 0, 1})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		ip, ok := netip.AddrFromSlice(b)
		v := classify(bl, ip)
		if !ok {
			if v.why == "" {
				t.Fatal("what is no address is public")
			}
			return
		}
		// The standard library's own words must never be on the other side.
		u := ip.Unmap()
		if v.why == "" && (u.IsLoopback() || u.IsPrivate() || u.IsLinkLocalUnicast() || u.IsMulticast() || u.IsUnspecified() || !u.IsGlobalUnicast()) {
			t.Fatalf("%v is taken for public", ip)
		}
	})
}

func TestPublicAddressesAreNotRefused(t *testing.T) {
	bl := blocks()
	for _, s := range []string{"1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "126.255.255.255", "128.0.0.0", "11.0.0.0", "9.255.255.255", "169.253.255.255",
		"169.255.0.0", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2001:200::1", "2003::1", "2400::1", "3ffe::1"} {
		if v := classify(bl, netip.MustParseAddr(s)); v.why != "" {
			t.Errorf("%s is taken for %s", s, v.why)
		}
	}
}
