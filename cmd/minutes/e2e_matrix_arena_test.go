package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/demo"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
	"golang.org/x/net/dns/dnsmessage"
)

// victim is the name by which the config of an arena knows the source that fails; elsewhere is another
// server's, which no config names.
const (
	victim    = "victim.example"
	elsewhere = "login.hotel.example"
	// canary is in the source's password or address. It may reach the server and nothing else.
	canary = "S3CRET-CANARY"
)

// An arena is the demo's world of yesterday, in which one source is read over TLS by a name. Each cell goes
// on from there, with a server of its own behind that name: on another address of this machine, so that
// the config is the same.
type arena struct {
	kind, source string
	number       int // of the kind: in its addresses
	w            *demo.World
	web, mail    string // the demo's own servers
	port         string
	dir, conf    string
	roots        *x509.CertPool
	certs        map[string]tls.Certificate // good, expired, other-host, unknown
	cells        atomic.Int32
}

// sourceOf is the demo's source of a kind that is to fail.
func sourceOf(kind string) string {
	return map[string]string{"imap": "mail", "ics": "calendar", "hackernews": "hackernews", "feed": "reading", "weather": "weather", "market": "shares"}[kind]
}

func newArena(t testing.TB, kind string, number int) *arena {
	t.Helper()
	a := &arena{kind: kind, source: sourceOf(kind), number: number, dir: t.TempDir(), certs: map[string]tls.Certificate{}}
	var config string
	a.w, config = startDemo(t)
	a.web, a.mail = addresses(t, config)
	a.authorities(t)
	l, err := net.Listen("tcp", a.address(0)+":0")
	if err != nil {
		t.Fatal(err)
	}
	_, a.port, _ = net.SplitHostPort(l.Addr().String())
	good := a.serve(t, l, ill{})
	a.conf = filepath.Join(a.dir, "config.toml")
	if err := os.WriteFile(a.conf, []byte(without(config, a.source)+a.table()), 0o600); err != nil {
		t.Fatal(err)
	}
	r := a.run(t, filepath.Join(a.dir, "yesterday"), egress.Options{Resolver: resolver(t, "", a.address(0))}, a.w.Now.Add(-24*time.Hour), "preload")
	if r.code != 0 {
		t.Fatalf("yesterday: exit %d\n%s", r.code, tail(r.err, 2000))
	}
	good.done(t)
	return a
}

// address is where the server of a cell listens.
func (a *arena) address(cell int) string {
	return fmt.Sprintf("127.%d.%d.%d", 100+a.number, cell/200, 1+cell%200)
}

// table is the source's in the config.
func (a *arena) table() string {
	if a.kind == "imap" {
		return fmt.Sprintf("\n[[connectors.imap]]\nname = %q\nhost = %q\nport = %s\nca_file = %q\nusername = \"sam\"\npassword = %q\nsince = \"7d\"\n",
			a.source, victim, a.port, filepath.Join(a.dir, "ca.pem"), canary)
	}
	out := table(a.kind, a.source, "https://"+victim+":"+a.port)
	for _, file := range []string{"calendar.ics", "papercuts.xml"} {
		out = strings.Replace(out, file, file+"?key="+canary, 1)
	}
	return out
}

// authorities makes one that the program trusts here, and certificates good and bad.
func (a *arena) authorities(t testing.TB) {
	ca, key := certificate(t, "the test's authority", nil, nil, time.Hour)
	stranger, strange := certificate(t, "nobody knows", nil, nil, time.Hour)
	a.roots = x509.NewCertPool()
	a.roots.AddCert(ca)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})
	if err := os.WriteFile(filepath.Join(a.dir, "ca.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host  string
		by    *x509.Certificate
		key   *ecdsa.PrivateKey
		valid time.Duration
	}{"good": {victim, ca, key, time.Hour}, "expired": {victim, ca, key, -time.Hour}, "other-host": {elsewhere, ca, key, time.Hour},
		"unknown": {victim, stranger, strange, time.Hour}} {
		leaf, own := certificate(t, c.host, c.by, c.key, c.valid)
		a.certs[name] = tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: own, Leaf: leaf}
	}
}

// certificate is for host, signed by another or, if that is nil, an authority's own.
func certificate(t testing.TB, host string, by *x509.Certificate, with *ecdsa.PrivateKey, valid time.Duration) (*x509.Certificate, *ecdsa.PrivateKey) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: host}, NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter: time.Now().Add(valid), DNSNames: []string{host}, KeyUsage: x509.KeyUsageDigitalSignature}
	if by == nil {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		by, with = c, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out, key
}

// run is one command of the program, in this process: with the ways out that a cell has.
func (a *arena) run(t testing.TB, data string, ways egress.Options, now time.Time, args ...string) ran {
	var out, errs bytes.Buffer
	ways.Roots = a.roots
	sh := &shell{in: strings.NewReader(""), out: &out, err: &errs, state: filepath.Join(data, "state"), ways: ways}
	all := append([]string{"--config", a.conf, "--data-dir", data, "--now", now.Format(time.RFC3339)}, args...)
	code := sh.run(t.Context(), all)
	return ran{code, out.String(), errs.String()}
}

// resolver is a name server of the test's, which knows the victim and elsewhere at an address, or fails:
// "nxdomain", "servfail" or "silent".
func resolver(t testing.TB, fault, address string) *net.Resolver {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			if out := answerName(buf[:n], fault, address); out != nil {
				_, _ = pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", pc.LocalAddr().String())
	}}
}

func answerName(question []byte, fault, address string) []byte {
	var m dnsmessage.Message
	if fault == "silent" || m.Unpack(question) != nil || len(m.Questions) == 0 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	name := strings.TrimSuffix(q.Name.String(), ".")
	switch {
	case fault == "servfail":
		m.RCode = dnsmessage.RCodeServerFailure
	case fault == "nxdomain", name != victim && name != elsewhere:
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeA:
		ip := [4]byte(net.ParseIP(address).To4())
		m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: ip}}}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}

// statuses are how the sources did, as sources --json prints them.
func (a *arena) statuses(t testing.TB, data string) map[string]minutes.SourceStatus {
	r := a.run(t, data, egress.Options{}, a.w.Now, "sources", "--json")
	var list struct{ Sources []minutes.SourceStatus }
	(&box{t: t}).decode(r.out, &list)
	out := map[string]minutes.SourceStatus{}
	for _, s := range list.Sources {
		out[s.Name] = s
	}
	return out
}

// brief is today's, as it is kept; none where there is none.
func (a *arena) brief(t testing.TB, data string) (b minutes.Brief) {
	r := a.run(t, data, egress.Options{}, a.w.Now, "brief", "--json")
	if r.out != "" {
		(&box{t: t}).decode(r.out, &b)
	}
	return b
}
