package egress

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

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
			_, _ = io.WriteString(w, "end"+r.Referer())
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
	b.open = true // these stand for servers of the open Internet
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
