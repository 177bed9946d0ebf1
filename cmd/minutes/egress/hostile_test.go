package egress

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// A way is how a hostile address comes to be asked for.
type way struct {
	name string
	ask  func(w *foreign, i int) string // the address to begin with
}

// foreign is a server that the config names, which sends on to hostile addresses, and a name server that
// belongs to an attacker.
type foreign struct {
	urls  []string
	front string
	// "public" stands for the open Internet: an address of this machine that the broker takes for public.
	public string
}

func ways() []way {
	hop := func(n int) func(*foreign, int) string {
		return func(w *foreign, i int) string { return fmt.Sprintf("%s/%d/%d", w.front, n, i) }
	}
	return []way{
		{"direct", func(w *foreign, i int) string { return w.urls[i] }},
		{"redirect1", hop(1)}, {"redirect4", hop(4)}, {"redirect5", hop(5)},
		{"rebound", func(_ *foreign, i int) string { return fmt.Sprintf("http://r%d.example.org/", i) }},
		{"https rebound", func(_ *foreign, i int) string { return fmt.Sprintf("https://r%d.example.org/", i) }},
		{"mixed", func(_ *foreign, i int) string { return fmt.Sprintf("http://m%d.example.org/", i) }},
		{"home's name", func(_ *foreign, i int) string { return fmt.Sprintf("http://h%d.lan/", i) }},
		{"named without a port", func(_ *foreign, i int) string { return fmt.Sprintf("http://n%d.example.org/", i) }},
	}
}

// addresses are the hostile hosts that are addresses in a form that a name server can give.
func addresses() []string {
	var out []string
	for _, h := range hostileHosts() {
		if ip, err := netip.ParseAddr(strings.Trim(h, "[]")); err == nil && ip.Zone() == "" {
			out = append(out, ip.String())
		}
	}
	return out
}

// assault asks one broker for every address by every way. It gives how many were asked, and the errors of
// those that ended otherwise than by the rules.
func assault(t *testing.T, c *canary, open bool) (asked int, odd []string) {
	w, list := &foreign{urls: hostileURLs(c.port), public: "127.200.0.1"}, addresses()
	if open { // what would then leave this machine is left out
		w.urls = slices.DeleteFunc(w.urls, func(s string) bool { return leaves(hostIn(s)) })
		list = slices.DeleteFunc(list, leaves)
	}
	w.front = serve(t, func(rw http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/")
		if len(parts) != 3 {
			_, _ = io.WriteString(rw, "at home") // a Location that is no address, or one of this server's
			return
		}
		n, _ := strconv.Atoi(parts[1])
		i, _ := strconv.Atoi(parts[2])
		rw.Header()["Location"] = []string{fmt.Sprintf("/%d/%d", n-1, i)}
		if n == 1 {
			rw.Header()["Location"] = []string{strings.NewReplacer("\n", "", "\t", "").Replace(w.urls[i])}
		}
		rw.WriteHeader(http.StatusFound)
	}).URL
	b := newBroker(t, Options{Resolver: trap(t, func(name string, asked int) string {
		i, err := strconv.Atoi(strings.Trim(strings.Split(name, ".")[0], "rmhn"))
		switch {
		case err != nil:
			return "127.0.0.1 ::1"
		case name[0] == 'r' && asked == 0:
			return w.public
		case name[0] == 'm':
			return list[i%len(list)] + " " + w.public
		}
		return list[i%len(list)]
	})})
	b.open = open
	for i, bl := range b.blocks { // 127.128.0.0 to 127.223.255.255 is the open Internet
		if bl.prefix == netip.MustParsePrefix("127.0.0.0/8") {
			b.blocks[i].prefix = netip.MustParsePrefix("127.0.0.0/9")
			b.blocks = append(b.blocks, block{netip.MustParsePrefix("127.224.0.0/11"), bl.verdict})
		}
	}
	named := []string{strings.TrimPrefix(w.front, "http://")}
	for i := range list {
		named = append(named, fmt.Sprintf("n%d.example.org", i))
	}
	client := clientFor(t, b, named...)
	for _, way := range ways() {
		n := len(w.urls)
		if strings.Contains(way.ask(w, 0), ".example.org") || strings.Contains(way.ask(w, 0), ".lan") {
			n = len(list)
		}
		if way.name == "rebound" { // the first time it is an innocent address
			for i := range n {
				_, _ = tryGet(client, way.ask(w, i))
			}
			b.Close() // a connection that is open needs no name
		}
		for i := range n {
			asked++
			body, err := tryGet(client, way.ask(w, i))
			switch public := strings.HasPrefix(way.name, "mixed") || strings.HasPrefix(way.name, "https"); {
			case err == nil && body == "at home", errors.Is(err, ErrBlocked), public:
			case err == nil || !strings.Contains(err.Error(), "parse ") && !strings.Contains(err.Error(), "no Host") && !strings.Contains(err.Error(), "invalid header"):
				odd = append(odd, fmt.Sprintf("%s: %s: %v", way.name, way.ask(w, i), err))
			}
			if err != nil && errors.Is(err, ErrBlocked) && minutes.Hint(err) == "" {
				odd = append(odd, fmt.Sprintf("%s: %s has no next step: %v", way.name, way.ask(w, i), err))
			}
		}
	}
	return asked, odd
}

// leaves says that a host is an address, and none of this machine's.
func leaves(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && !ip.WithZone("").Unmap().IsLoopback()
}

func hostIn(address string) string {
	if strings.HasPrefix(address, "//") {
		address = "http:" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host, _ := canonical(u.Hostname())
	return host
}

func tryGet(c *http.Client, address string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	res, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

// elsewhere are the connections that are not to the stand-in for the open Internet.
func (c *canary) elsewhere() []string {
	return slices.DeleteFunc(c.connections(), func(at string) bool { return strings.Contains(at, "127.200.0.1:") })
}

func TestHostileURLsLeadNowhereByAnyWay(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: 127.200.0.1 is no address of this machine")
	}
	c := listen(t)
	asked, odd := assault(t, c, false)
	for _, o := range odd {
		t.Error(o)
	}
	if at := c.elsewhere(); len(at) != 0 {
		t.Errorf("%d connections: %.20q", len(at), at)
	}
	t.Logf("egress: %d URLs and %d addresses behind names, by %d ways, in %d requests: %d connections to where they should not go",
		len(hostileURLs(c.port)), len(addresses()), len(ways()), asked, len(c.elsewhere()))
}

// The positive control: with the rules off the same requests do arrive.
func TestWithoutTheRulesHostileURLsArrive(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: 127.200.0.1 is no address of this machine")
	}
	c := listen(t)
	if !c.web {
		t.Log("port 80 may not be listened at: what leads there is not seen")
	}
	asked, _ := assault(t, c, true)
	if n := len(c.elsewhere()); n < 100 {
		t.Errorf("%d connections of %d requests", n, asked)
	} else {
		t.Logf("with the rules off: %d connections of %d requests", n, asked)
	}
}
