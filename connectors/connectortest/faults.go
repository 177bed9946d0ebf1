package connectortest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A Fault is a way in which a counterpart fails. Suite.Config starts one in the given mode.
type Fault string

// The faults. Partial is the connector's own: some of the documents are missing or broken, the
// others good.
const (
	None      Fault = "none"
	Partial   Fault = "partial"
	Down      Fault = "down"      // connection refused
	Stall     Fault = "stall"     // accepts and never answers
	Reset     Fault = "reset"     // breaks off within the answer
	Garbage   Fault = "garbage"   // random bytes
	HTML      Fault = "html"      // a captive portal's page, with 200
	Empty     Fault = "empty"     // nothing, with 200
	Huge      Fault = "huge"      // a body that does not end
	Bomb      Fault = "bomb"      // nesting without end, in the format at hand
	Truncated Fault = "truncated" // half a document, its length told rightly
	Refused   Fault = "refused"   // 401, or a wrong password
	Missing   Fault = "missing"   // 404
	Limited   Fault = "limited"   // 429
	Broken    Fault = "broken"    // 500
)

// Faults are all but None.
func Faults() []Fault {
	return []Fault{Partial, Down, Stall, Reset, Garbage, HTML, Empty, Huge, Bomb, Truncated, Refused, Missing, Limited, Broken}
}

const portal = `<!DOCTYPE html><html><head><title>Welcome to Hotel Wi-Fi</title></head>
<body><h1>Sign in to continue</h1><form action="/login"><input name="room"></form></body></html>`

// Serve starts a loopback HTTP server that answers as good does, or in the way of fault, until the
// test ends. It returns the server's base URL. None and Partial are left to good.
func Serve(t testing.TB, fault Fault, good http.Handler) string {
	t.Helper()
	over := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch fault {
		case None, Partial:
			good.ServeHTTP(w, r)
		case Stall:
			select {
			case <-r.Context().Done():
			case <-over:
			}
		case Reset:
			breakOff(w, record(good, r))
		default:
			spoil(w, r, fault, good)
		}
	}))
	if fault == Down {
		srv.Close()
		return srv.URL
	}
	t.Cleanup(func() {
		close(over)
		srv.CloseClientConnections()
		srv.Close()
	})
	return srv.URL
}

func record(good http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	good.ServeHTTP(rec, r)
	return rec
}

// breakOff sends half of an answer and resets the connection.
func breakOff(w http.ResponseWriter, rec *httptest.ResponseRecorder) {
	body := rec.Body.Bytes()
	w.Header().Set("Content-Length", fmt.Sprint(len(body)+100))
	_, _ = w.Write(body[:len(body)/2])
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

func spoil(w http.ResponseWriter, r *http.Request, fault Fault, good http.Handler) {
	codes := map[Fault]int{Refused: 401, Missing: 404, Limited: 429, Broken: 500}
	if code := codes[fault]; code != 0 {
		http.Error(w, http.StatusText(code), code)
		return
	}
	rec := record(good, r)
	if fault == HTML {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
	} else if ct := rec.Header().Get("Content-Type"); ct != "" {
		w.Header().Set("Content-Type", ct)
	}
	if fault == Huge {
		chunk := bytes.Repeat([]byte("[[[[{\"a\": 1}, "), 4096)
		for range 1200 { // about 64 MiB, or until the reader has had enough
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		return
	}
	_, _ = w.Write(Spoiled(fault, rec.Body.Bytes()))
}

// Spoiled is good in the way of a fault that changes the bytes alone: Garbage, HTML, Empty, Bomb
// and Truncated. Connectors of files use it.
func Spoiled(fault Fault, good []byte) []byte {
	switch fault {
	case Garbage:
		b := make([]byte, 8<<10)
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range b {
			b[i] = byte(rnd.Uint32())
		}
		return b
	case HTML:
		return []byte(portal)
	case Empty:
		return nil
	case Bomb:
		return bomb(good)
	case Truncated:
		return good[:len(good)/2]
	}
	return good
}

// bomb nests without end in the format of good.
func bomb(good []byte) []byte {
	const depth = 200_000
	good = bytes.TrimSpace(good)
	switch {
	case bytes.HasPrefix(good, []byte("<")):
		return []byte(`<?xml version="1.0"?><rss><channel><item>` + strings.Repeat("<a>", depth))
	case bytes.HasPrefix(good, []byte("BEGIN:")):
		return []byte(strings.Repeat("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", depth/4))
	}
	return []byte(strings.Repeat(`{"a":[`, depth))
}
