package egress

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

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

// hostileURLs are the hosts in every form that some parser or other reads as one of them, and what is no web at
// all. Names, none of which the config has, lead to wherever the resolver of the test says.
func hostileURLs(port string) []string {
	forms := []string{"http://%s/", "https://%s/x", "http://%s:PORT/", "HTTP://%s:PORT/?q=http://example.org", "//%s:PORT/", "http://example.org@%s:PORT/",
		"http://u:p@%s:PORT/", "http://%s:PORT#@example.org/", "http://%s:PORT\\@example.org/", "http:\\\\%s:PORT/", "http:/%s:PORT/", "http:///%s:PORT/"}
	var out []string
	for _, h := range hostileHosts() {
		for _, f := range forms {
			out = append(out, strings.ReplaceAll(fmt.Sprintf(f, h), "PORT", port))
		}
	}
	for _, p := range []string{"0", "00", "22", "25", "110", "143", "993", "6379", "11434", "65536", "-1", "+80", "080", "0x50", " 80", port, port + port} {
		out = append(out, "http://evil.example.org:"+p+"/", "https://[::1]:"+p+"/", "http://127.0.0.1:"+p+"/")
	}
	for _, s := range []string{"file", "gopher", "ftp", "dict", "ldap", "tftp", "smb", "sftp", "ssh", "telnet", "ws", "wss", "jar", "netdoc", "unix", "http+unix", "php", "imap", "webcal", "feed", "view-source", "htt\tp", "h\nttp"} {
		out = append(out, s+"://127.0.0.1:"+port+"/", s+":127.0.0.1:"+port)
	}
	for _, u := range []string{"javascript:fetch('http://127.0.0.1:PORT/')", "data:text/html,<script src=http://127.0.0.1:PORT/>", "unix:///run/x.sock", "http://%31%32%37.0.0.1:PORT/",
		"http://127%2e0%2e0%2e1:PORT/", "http://localhost%00.example.org:PORT/", "http://localhost%2f@example.org:PORT/", "http://[::1]%25lo:PORT/", "http://xn--127-.0.0.1:PORT/",
		"http://loc\u00adalhost:PORT/", "http://l\u200bocalhost:PORT/", "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3:PORT/", "http://127.0.0.1\uff1aPORT/", "http://127\u30020.0.1:PORT/",
		"http://xn--localhost-:PORT/", "http://router/", "http://nas.lan/", "http://printer.local/", "http://metadata.google.internal/computeMetadata/v1/", "http://wpad/wpad.dat", "http://x.localhost/",
		"http://a.home.arpa/", "http://db.internal:PORT/", "http://x.localhost.:PORT/", "http://1.0.0.127.in-addr.arpa:PORT/", "http://evil.example.org:PORT/", "http://evil.example.org.:PORT/", "\thttp://127.0.0.1:PORT/\n"} {
		out = append(out, strings.ReplaceAll(u, "PORT", port))
	}
	return out
}

// trap is a name server. It answers with the address that answer gives, which is told how often the name
// was asked for, or with several.
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
			name := strings.TrimSuffix(q.Name.String(), ".")
			for _, a := range strings.Fields(answer(name, asked[name])) {
				ip, h := netip.MustParseAddr(a), dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}
				switch {
				case q.Type == dnsmessage.TypeA && ip.Is4():
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: ip.As4()}})
				case q.Type == dnsmessage.TypeAAAA && ip.Is6():
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: ip.As16()}})
				}
			}
			if q.Type == dnsmessage.TypeA {
				asked[name]++
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

// canary listens on every address of this machine, at one port and, where it may, at 80 and 443. It keeps
// whoever connects.
type canary struct {
	port string
	web  bool // it listens at port 80 too
	mu   sync.Mutex
	seen []string
}

func listen(t *testing.T) *canary {
	t.Helper()
	c := &canary{}
	for _, addr := range []string{":0", ":80", ":443"} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			if addr == ":0" {
				t.Fatal(err)
			}
			continue // who may not listen there sees less
		}
		if addr == ":0" {
			_, c.port, _ = net.SplitHostPort(l.Addr().String())
		}
		c.web = c.web || addr == ":80"
		srv := &http.Server{Handler: http.NotFoundHandler(), ConnState: func(conn net.Conn, s http.ConnState) {
			if s == http.StateNew {
				c.mu.Lock()
				c.seen = append(c.seen, conn.LocalAddr().String())
				c.mu.Unlock()
			}
		}}
		go func() { _ = srv.Serve(l) }()
		t.Cleanup(func() { _ = srv.Close() })
	}
	return c
}

func (c *canary) connections() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.seen...)
}
