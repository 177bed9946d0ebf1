package imap

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// certificate makes a self-signed one for names, good until then, and writes it where ca_file can
// point.
func certificate(t *testing.T, until time.Time, names ...string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

func future() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) }

// secured is a server on loopback that speaks as talk does once TLS stands. before is what it does on
// the plain connection; false ends it there.
func secured(t *testing.T, cert tls.Certificate, before func(net.Conn) bool) *Config {
	t.Helper()
	l := listen(t)
	serve(t, l, func(c net.Conn) {
		if before != nil && !before(c) {
			return
		}
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		if s.HandshakeContext(context.Background()) != nil {
			return
		}
		script(afterTLS{s, before != nil}, map[string]string{"EXAMINE": "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 2] x\r\nTAG OK done\r\n"}, nil)
	})
	c := config(t, l.Addr().String())
	c.Host, c.TLS = "localhost", "implicit"
	if before != nil {
		c.TLS = "starttls"
	}
	return c
}

// afterTLS swallows the script's greeting where there was one before TLS.
type afterTLS struct {
	net.Conn
	greeted bool
}

func (a afterTLS) Write(b []byte) (int, error) {
	if a.greeted && strings.HasPrefix(string(b), "* OK [CAPABILITY IMAP4rev1] ready") {
		return len(b), nil
	}
	return a.Conn.Write(b)
}

// starttls is the plain half of an honest server; after is sent with the OK.
func starttls(greeting, after string) func(net.Conn) bool {
	return func(c net.Conn) bool {
		if _, err := io.WriteString(c, greeting); err != nil {
			return false
		}
		line, err := bufio.NewReader(io.LimitReader(c, int64(len("T0 STARTTLS\r\n")))).ReadString('\n')
		if err != nil || !strings.HasSuffix(line, "STARTTLS\r\n") {
			return false
		}
		_, err = io.WriteString(c, "T0 OK go\r\n"+after)
		return err == nil
	}
}

func TestTLSIsCheckedAndUsed(t *testing.T) {
	cert, ca := certificate(t, future(), "localhost")
	for name, before := range map[string]func(net.Conn) bool{"implicit": nil, "starttls": starttls("* OK hello\r\n", "")} {
		t.Run(name, func(t *testing.T) {
			c := secured(t, cert, before)
			c.CAFile = ca
			open(t, c, 0).mustFetch(t, minutes.Cursor{})
			c.CAFile = ""
			_, err := open(t, c, 0).Fetch(t.Context(), minutes.Cursor{})
			if err == nil || !strings.Contains(err.Error(), "does not trust") || !strings.Contains(minutes.Hint(err), "ca_file") {
				t.Errorf("an unknown authority: %v (%s)", err, minutes.Hint(err))
			}
		})
	}
}

func TestBadCertificatesAreRefusedWithTheReason(t *testing.T) {
	for want, make := range map[string]func() (tls.Certificate, string){
		"another host": func() (tls.Certificate, string) { return certificate(t, future(), "elsewhere.example") },
		"expired":      func() (tls.Certificate, string) { return certificate(t, future().AddDate(-95, 0, 0), "localhost") },
	} {
		cert, ca := make()
		c := secured(t, cert, nil)
		c.CAFile = ca
		_, err := open(t, c, 0).Fetch(t.Context(), minutes.Cursor{})
		if err == nil || !strings.Contains(err.Error(), want) || minutes.Hint(err) == "" {
			t.Errorf("want %q, got %v (%s)", want, err, minutes.Hint(err))
		}
	}
}

// TestSTARTTLSRefusesWhatAManInTheMiddleDoes: a greeting that skips the sign-in, words ahead of the
// handshake, a server that will not. The password is sent in none of these.
func TestSTARTTLSRefusesWhatAManInTheMiddleDoes(t *testing.T) {
	cert, ca := certificate(t, future(), "localhost")
	says := func(text string) func(net.Conn) bool {
		return func(c net.Conn) bool {
			_, _ = io.WriteString(c, text)
			_, _ = io.Copy(io.Discard, c)
			return false
		}
	}
	for name, c := range map[string]struct {
		before func(net.Conn) bool
		want   string
	}{
		"stripped":           {says("* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] hello\r\nT0 NO not here\r\n"), "refuses STARTTLS"},
		"stripped, friendly": {says("* OK hello\r\nT0 BAD no TLS here\r\n* OK [CAPABILITY IMAP4rev1] sign in as you are\r\n"), "refuses STARTTLS"},
		"PREAUTH twice":      {says("* PREAUTH hello\r\n* PREAUTH hello\r\nT0 OK go\r\n"), "signed in already"},
		"BYE":                {says("* BYE not you\r\n"), "no IMAP"},
		"endless chatter":    {says("* OK hello\r\n" + strings.Repeat("* OK wait\r\n", 50)), "refuses STARTTLS"},
		"a tag of its own":   {says("* OK hello\r\n" + strings.Repeat("T1 OK go\r\n", 50)), "refuses STARTTLS"},
		"brackets":           {says("* OK hello\r\n* 1 FETCH " + strings.Repeat("(", 900) + "\r\n"), "nested"},
		"answer without TLS": {says("* OK hello\r\nT0 OK go\r\n"), "does not answer"},
		"a session ahead":    {starttls("* OK hello\r\n", "* PREAUTH hello\r\nT1 OK done\r\nT2 OK done\r\n"), "before the TLS handshake"},
		"one byte ahead":     {starttls("* OK hello\r\n", "*"), "before the TLS handshake"},
		"PREAUTH":            {starttls("* PREAUTH hello Sam\r\n", ""), "signed in already"},
		"words ahead":        {starttls("* OK hello\r\n", "* OK [CAPABILITY IMAP4rev1] injected\r\n"), "before the TLS handshake"},
		"no STARTTLS": {func(c net.Conn) bool {
			_, _ = io.WriteString(c, "* OK hello\r\nT0 BAD what?\r\n")
			_, _ = io.Copy(io.Discard, c)
			return false
		}, "refuses STARTTLS"},
		"no IMAP": {func(c net.Conn) bool {
			_, _ = io.WriteString(c, "220 smtp ready\r\n")
			_, _ = io.Copy(io.Discard, c)
			return false
		}, "no IMAP"},
		"endless line": {func(c net.Conn) bool { _, _ = io.WriteString(c, strings.Repeat("x", 1<<20)); return false }, "line without end"},
	} {
		t.Run(name, func(t *testing.T) {
			conf := secured(t, cert, c.before)
			conf.CAFile = ca
			src := open(t, conf, 0)
			if c.want == "does not answer" {
				src.securing = short
			}
			_, err := src.Fetch(t.Context(), minutes.Cursor{})
			if err == nil || !strings.Contains(err.Error(), c.want) || minutes.Hint(err) == "" {
				t.Errorf("want %q, got %v (%s)", c.want, err, minutes.Hint(err))
			}
		})
	}
}

// TestWhatWasSaidBeforeTLSIsForgotten: capabilities and alerts of the plain half belong to whoever is
// in between.
func TestWhatWasSaidBeforeTLSIsForgotten(t *testing.T) {
	cert, ca := certificate(t, future(), "localhost")
	conf := secured(t, cert, starttls("* OK [CAPABILITY IMAP4rev1 CONDSTORE LITERAL+] hello\r\n* OK [ALERT] call this number\r\n* CAPABILITY X\r\n", ""))
	conf.CAFile = ca
	v, err := open(t, conf, 0).open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	if len(v.caps) != 1 || len(v.g.alerts()) > 0 {
		t.Errorf("kept: %v %q", v.caps, v.g.alerts())
	}
}

// TestPREAUTHInsideTLSSendsNoPassword: a server that knows us by other means (a tunnel, a certificate)
// may say so where nobody can be in between; it is told nothing that it does not know.
func TestPREAUTHInsideTLSSendsNoPassword(t *testing.T) {
	cert, ca := certificate(t, future(), "localhost")
	p := newPost(t, 0, 3)
	p.lie(map[string]string{"GREETING": "* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n", "LOGIN": "TAG NO you are\r\n"}, "")
	l := listen(t)
	serve(t, l, func(c net.Conn) { p.session(tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}), true) })
	conf := config(t, l.Addr().String())
	conf.Host, conf.TLS, conf.CAFile = "localhost", "implicit", ca
	if b := open(t, conf, 0).mustFetch(t, minutes.Cursor{}); len(b.Items) != 3 {
		t.Errorf("%d items", len(b.Items))
	}
}

// TestADripEndsWithTheCaller: a server that always says a little more keeps every wait short; the
// deadline of the whole ends it.
func TestADripEndsWithTheCaller(t *testing.T) {
	for _, verb := range []string{"GREETING", "LOGIN", "EXAMINE", "SEARCH", "FETCH"} {
		t.Run(verb, func(t *testing.T) {
			p := newPost(t, 0, 3)
			p.lie(one(verb, "* OK so far"), "")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			l := listen(t)
			serve(t, l, func(c net.Conn) {
				p.session(dripping{c, cancel}, true)
			})
			_, err := open(t, config(t, l.Addr().String()), time.Hour).Fetch(ctx, minutes.Cursor{})
			if !errors.Is(err, context.Canceled) || errors.Is(err, errSilence) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// dripping goes on with an answer that is not whole, a byte at a time; after a while the caller has had
// enough.
type dripping struct {
	net.Conn
	enough func()
}

func (d dripping) Write(b []byte) (int, error) {
	n, err := d.Conn.Write(b)
	for i := 0; err == nil && bytes.HasSuffix(b, []byte("so far")); i++ {
		if _, err = d.Conn.Write([]byte{'.'}); i == 500 {
			d.enough()
		}
	}
	return n, err
}

func TestASilentHandshakeEnds(t *testing.T) {
	l := listen(t)
	serve(t, l, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	c := config(t, l.Addr().String())
	c.TLS = "implicit"
	ctx, cancel := context.WithCancelCause(t.Context())
	unblock := time.AfterFunc(short, func() { cancel(nil) })
	defer unblock.Stop()
	if _, err := open(t, c, 0).Fetch(ctx, minutes.Cursor{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
