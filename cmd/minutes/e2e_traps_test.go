package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// A trap is a counterpart that fails in one way: an HTTP server's base address, or a mail server's
// host and port.
type trap struct {
	fault, at string
	slow      bool // held until a deadline
	tried     bool // again and again, with pauses
}

// webTraps are the ways in which HTTP fails. good answers as it should; forbidden counts requests
// that reach a server which no config names.
func webTraps(t testing.TB, good http.Handler, forbidden *atomic.Int64) []trap {
	var out []trap
	for _, f := range connectortest.Faults() {
		if f != connectortest.Partial {
			again := f == connectortest.Down || f == connectortest.Reset || f == connectortest.Limited || f == connectortest.Broken
			out = append(out, trap{string(f), connectortest.Serve(t, f, good), f == connectortest.Stall, again})
		}
	}
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forbidden.Add(1)
		good.ServeHTTP(w, r)
	}))
	t.Cleanup(secret.Close)
	over := make(chan struct{})
	add := func(name string, h http.HandlerFunc) {
		srv := httptest.NewServer(h)
		t.Cleanup(func() {
			srv.CloseClientConnections()
			srv.Close()
		})
		out = append(out, trap{name, srv.URL, strings.HasPrefix(name, "stall"), name == "gzip-cut"})
	}
	t.Cleanup(func() { close(over) })
	add("stall-body", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "<rss><channel><item><title>So far")
		w.(http.Flusher).Flush()
		select {
		case <-over:
		case <-r.Context().Done():
		}
	})
	add("forbidden", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	add("portal-511", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "sign in", http.StatusNetworkAuthenticationRequired)
	})
	add("loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	add("to-loopback", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, secret.URL+r.URL.Path, http.StatusMovedPermanently)
	})
	for name, to := range map[string]string{"to-private": "http://10.0.0.1/", "to-metadata": "http://169.254.169.254/latest/",
		"to-file": "file:///etc/passwd", "to-six": "http://[::ffff:127.0.0.1]:" + portOf(secret.URL) + "/"} {
		add(name, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	}
	add("gzip-cut", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped(strings.Repeat("<rss>", 1000))[:40])
	})
	bomb := gigabyte()
	add("gzip-bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb)
	})
	return out
}

func portOf(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

// gigabyte is a GiB of spaces and brackets, as gzip: one member of a MiB, a thousand times.
func gigabyte() []byte {
	member := zipped("<rss><channel>" + strings.Repeat(" ", 1<<20))
	return bytes.Repeat(member, 1024)
}

// mailTraps are the ways in which a mail server fails; good is the address of one that does not.
func mailTraps(t testing.TB, good string) []trap {
	out := []trap{{fault: "down", at: closedPort(t)}}
	add := func(name string, serve func(net.Conn)) {
		out = append(out, trap{name, serveTCP(t, serve), strings.HasPrefix(name, "stall"), false})
	}
	say := func(format string, args ...any) func(net.Conn) {
		return func(c net.Conn) { fmt.Fprintf(c, format, args...) }
	}
	add("stall-greeting", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	add("stall-login", func(c net.Conn) {
		fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n")
		_, _ = io.Copy(io.Discard, c)
	})
	add("portal", say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>sign in</html>"))
	add("bye", say("* BYE too many connections\r\n"))
	add("preauth", say("* PREAUTH welcome, whoever you are\r\n"))
	add("garbage", func(c net.Conn) { _, _ = c.Write(connectortest.Spoiled(connectortest.Garbage, nil)) })
	add("line-bomb", func(c net.Conn) {
		for {
			if _, err := c.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
				return
			}
		}
	})
	add("nest-bomb", func(c net.Conn) {
		fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] hello\r\n* 1 FETCH (BODYSTRUCTURE ")
		for {
			if _, err := c.Write(bytes.Repeat([]byte("("), 1<<16)); err != nil {
				return
			}
		}
	})
	for name, cut := range map[string]int{"cut-early": 300, "stall-early": 300} {
		add(name, relay(good, cut, strings.HasPrefix(name, "stall")))
	}
	return out
}

// relay passes on what good says, up to so many bytes; then it hangs up, or only falls silent.
func relay(good string, limit int, silent bool) func(net.Conn) {
	return func(c net.Conn) {
		up, err := net.Dial("tcp", good)
		if err != nil {
			return
		}
		defer up.Close()
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			_, _ = io.Copy(up, c)
		}()
		_, _ = io.CopyN(c, up, int64(limit))
		if silent {
			<-sent // until the client has had enough
		}
	}
}

// serveTCP serves until the test ends.
func serveTCP(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return l.Addr().String()
}

// passOn answers with what the server at base does.
func passOn(t testing.TB, base string) http.Handler {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	return httputil.NewSingleHostReverseProxy(u)
}
