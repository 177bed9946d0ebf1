package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

const portalPage = "<!DOCTYPE html><html><head><title>Welcome to Hotel Wi-Fi</title></head><body><form action=\"/login\"><input name=\"room\"></form></body></html>"

// A tenth of the rules: what a cell waits for.
var (
	tenthConnect = minutes.Deadlines{Connect: 500 * time.Millisecond}
	tenthTLS     = minutes.Deadlines{TLS: time.Second}
	tenthHeaders = minutes.Deadlines{Headers: 2 * time.Second}
	tenthIdle    = minutes.Deadlines{Idle: 1500 * time.Millisecond}
	tenthSource  = minutes.Deadlines{Source: 3 * time.Second}
	tenthPause   = minutes.Deadlines{Pause: 100 * time.Millisecond}
)

// ways are the faults below what a source speaks: names, connections, TLS.
func ways() []ill {
	silent := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	return []ill{
		{name: "refuse", dns: "closed", limits: tenthPause, error: "refuse", hint: "port"},
		{name: "nxdomain", dns: "nxdomain", error: "no such host|no host of that name", hint: "network"},
		{name: "dns-silent", dns: "silent", limits: tenthConnect, error: "its name could not be looked up", hint: "the name server does not answer"},
		{name: "dns-fails", dns: "servfail", limits: tenthPause, error: "its name could not be looked up", hint: "the name server"},
		{name: "stall-connect", dns: "full", limits: tenthConnect, error: "no connection within LIMIT", hint: "network"},
		{name: "stall-tls", raw: silent, limits: tenthTLS, error: "no TLS handshake within LIMIT", hint: "try again"},
		{name: "stall-outer", raw: silent, limits: tenthSource, error: "not done within LIMIT", hint: "slow or far away"},
		{name: "reset-tls", raw: reset, limits: tenthPause, error: "broke off", hint: "try again"},
		{name: "tls-expired", cert: "expired", error: "certificate has expired", hint: "clock"},
		{name: "tls-host", cert: "other-host", error: "certificate is for another host", hint: "check the address|set host"},
		{name: "tls-unknown", cert: "unknown", error: "this machine", hint: "authority"},
		{name: "tls-old", old: true, error: "TLS is too old", hint: "owner|provider"},
		{name: "tls-none", raw: func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\nplain"); silent(c) }, limits: tenthPause,
			error: "does not speak TLS", hint: "port"},
	}
}

// webFaults are those of HTTP.
func webFaults() []ill {
	out := append(ways(), statuses()...)
	return append(out, answers()...)
}

// statuses are answers that are no success.
func statuses() []ill {
	code := func(name string, code int, wait string, error, hint string) ill {
		return ill{name: name, limits: tenthPause, error: error, hint: hint, web: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			if wait != "" {
				w.Header().Set("Retry-After", wait)
			}
			http.Error(w, "no", code)
		}}
	}
	return []ill{
		code("401", 401, "", "401 Unauthorized", "key or password|secret iCal address"),
		code("403", 403, "", "403 Forbidden", "check the key|secret iCal address"),
		code("404", 404, "", "404 Not Found", "address"),
		code("408", 408, "", "408 Request Timeout", "try again later"),
		code("429", 429, "", "429|asked too often", "wait"),
		code("429-soon", 429, "1", "429|asked too often", "try again in 1s|wait"),
		code("429-late", 429, "3600", "429|asked too often", "try again in 1h|wait"),
		code("500", 500, "", "500 Internal Server Error", "try again later"),
		code("502", 502, "", "502 Bad Gateway", "try again later"),
		code("503", 503, "", "503 Service Unavailable", "try again later"),
		code("503-late", 503, "3600", "503 Service Unavailable", "left alone for 1h"),
		code("portal-511", 511, "", "511", "open a browser"),
	}
}

// answers are those that go wrong on their way, or are another's.
func answers() []ill {
	whole := func(r *http.Request, good http.Handler) []byte {
		r = r.Clone(r.Context())
		r.Header.Del("If-None-Match") // it has not changed: there would be no body
		r.Header.Del("If-Modified-Since")
		rec := httptest.NewRecorder()
		good.ServeHTTP(rec, r)
		return rec.Body.Bytes()
	}
	half := func(w http.ResponseWriter, r *http.Request, good http.Handler) net.Conn {
		body := whole(r, good)
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return nil
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body[:len(body)/2])
		return c
	}
	says := func(typ, body string) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", typ)
			_, _ = io.WriteString(w, body)
		}
	}
	leads := func(to func(r *http.Request) string) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			if strings.HasPrefix(r.URL.Path, "/login") {
				says("text/html", portalPage)(w, r, nil)
				return
			}
			http.Redirect(w, r, to(r), http.StatusFound)
		}
	}
	zip := func(b []byte) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b)
		}
	}
	spoilt := zipped(strings.Repeat("<rss>", 1000))
	spoilt[len(spoilt)-20] ^= 0xff
	return []ill{
		{name: "stall-headers", limits: tenthHeaders, error: "no answer within LIMIT", hint: "try again later",
			web: func(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }},
		{name: "drip-headers", limits: tenthHeaders, error: "no answer within LIMIT", hint: "try again later",
			inside: func(c net.Conn) { drip(c, strings.NewReader("HTTP/1.1 200 OK\r\nX-Long: "+strings.Repeat("x", 4096))) }},
		{name: "stall-body", limits: tenthIdle, error: "nothing came for LIMIT", hint: "try again later",
			web: func(w http.ResponseWriter, r *http.Request, good http.Handler) {
				if c := half(w, r, good); c != nil {
					_, _ = io.Copy(io.Discard, c)
					_ = c.Close()
				}
			}},
		{name: "drip-body", limits: tenthSource, error: "not done within LIMIT", hint: "slow or far away",
			web: func(w http.ResponseWriter, r *http.Request, good http.Handler) {
				body := whole(r, good)
				c, _, err := http.NewResponseController(w).Hijack()
				if err == nil {
					fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(body))
					drip(c, strings.NewReader(string(body)))
					_ = c.Close()
				}
			}},
		{name: "reset-headers", limits: tenthPause, error: "broke off", hint: "try again later",
			web: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
				if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
					reset(c)
				}
			}},
		{name: "reset-body", limits: tenthPause, error: "broke off", hint: "try again later",
			web: func(w http.ResponseWriter, r *http.Request, good http.Handler) {
				if c := half(w, r, good); c != nil {
					reset(c)
				}
			}},
		{name: "short", limits: tenthPause, error: "broke off", hint: "try again later",
			web: func(w http.ResponseWriter, r *http.Request, good http.Handler) {
				if c := half(w, r, good); c != nil {
					_ = c.Close()
				}
			}},
		{name: "gzip-corrupt", web: zip(spoilt), error: "compression is damaged", hint: "tell the server's owner"},
		{name: "gzip-none", web: zip([]byte("no gzip at all")), error: "compression is damaged", hint: "tell the server's owner"},
		{name: "gzip-cut", web: zip(zipped(strings.Repeat("<rss>", 1000))[:40]), limits: tenthPause, error: "broke off", hint: "try again later"},
		{name: "loop", web: leads(func(r *http.Request) string { return r.URL.Path }), error: "redirects", hint: "browser"},
		{name: "portal", web: says("text/html; charset=utf-8", portalPage), error: "web page", hint: "sign-in"},
		{name: "portal-login", web: leads(func(*http.Request) string { return "/login" }), error: "web page", hint: "sign-in"},
		{name: "portal-elsewhere", web: leads(func(r *http.Request) string {
			return "https://" + strings.Replace(r.Host, victim, elsewhere, 1) + "/login"
		}),
			error: elsewhere, hint: "sign-in"},
		{name: "empty", web: says("text/plain", ""), error: "empty", hint: "try again later"},
		{name: "204", web: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusNoContent) }, error: "empty", hint: "try again later"},
		{name: "picture", web: says("image/png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"+strings.Repeat("\x00\xff", 500)), error: "not ", hint: "address|base_url"},
		{name: "another-format", web: says("application/octet-stream", "%PDF-1.7 1 0 obj"), error: "not ", hint: "address|base_url"},
	}
}

// mailFaults are those of IMAP.
func mailFaults() []ill {
	at := func(name, verb, answer, then string, limits minutes.Deadlines, error, hint string) ill {
		return ill{name: name, mail: &mailFault{verb, answer, then}, limits: limits, error: error, hint: hint}
	}
	no := func(name, verb, answer, error, hint string) ill {
		return at(name, verb, answer, "", tenthPause, error, hint)
	}
	return append(ways(),
		at("stall-greeting", "", "", "silent", tenthHeaders, "greeting: the server does not answer within LIMIT", "try again later"),
		at("stall-login", "LOGIN", "", "silent", tenthHeaders, "login: the server does not answer within LIMIT", "try again later"),
		at("stall-select", "EXAMINE", "", "silent", tenthHeaders, "the server does not answer within LIMIT", "try again later"),
		at("stall-fetch", "FETCH", "", "silent", tenthHeaders, "the server does not answer within LIMIT", "try again later"),
		at("stall-body", "FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {9000}\r\nabc", "silent", tenthIdle, "nothing came for LIMIT", "try again later"),
		at("drip-body", "", "", "drip", tenthSource, "not done within LIMIT", "slow or far away"),
		at("reset-headers", "", "", "reset", tenthPause, "broke off", "try again"),
		at("reset-body", "FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {9000}\r\nabc", "reset", tenthPause, "broke off", "try again"),
		no("short", "FETCH", "* 1 FETCH (UID 1 BODY[TEXT]<0> {9000}\r\nabc", "broke off", "try again"),
		no("401", "LOGIN", "TAG NO [AUTHENTICATIONFAILED] wrong\r\n", "wrong", "password"),
		no("403", "LOGIN", "TAG NO [AUTHORIZATIONFAILED] not for you\r\n", "not for you", "password"),
		no("404", "EXAMINE", "TAG NO [NONEXISTENT] no such mailbox\r\n", "INBOX: the server says NO: no such mailbox", "folder"),
		no("408", "", "* BYE Autologout; idle for too long\r\n", "idle for too long", "try again"),
		no("429", "", "* BYE [LIMIT] too many connections\r\n", "too many connections", "close other mail programs"),
		no("429-late", "LOGIN", "TAG NO [OVERQUOTA] the day's bandwidth is used up\r\n", "bandwidth", "wait until tomorrow"),
		no("500", "EXAMINE", "TAG NO [SERVERBUG] internal error\r\n", "INBOX: the server says NO: internal error", "try again"),
		no("502", "LOGIN", "TAG BAD proxy lost its backend\r\n", "proxy lost", "password"),
		no("503", "LOGIN", "TAG NO [UNAVAILABLE] maintenance\r\n", "maintenance", "try again"),
		no("portal", "", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"+portalPage, "cannot be read", "sign-in"),
		no("empty", "", "", "broke off", "try again"),
		no("another-format", "", "SSH-2.0-OpenSSH_9.2\r\n", "cannot be read", "IMAP server"),
	)
}
