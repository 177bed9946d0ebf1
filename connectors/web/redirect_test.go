package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

func TestOnlyAPermanentChainIsAMove(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/p1":
			http.Redirect(w, r, "/p2", http.StatusMovedPermanently)
		case "/p2":
			http.Redirect(w, r, "/end", http.StatusPermanentRedirect)
		case "/t":
			http.Redirect(w, r, "/p1", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop?key=CANARY", http.StatusFound)
		}
	})
	c, _ := client(t)
	for path, moved := range map[string]string{"/p1": s.URL + "/end", "/t": "", "/end": ""} {
		res, err := c.Get(t.Context(), Request{URL: s.URL + path})
		if err != nil || res.Moved != moved || res.URL != s.URL+"/end" {
			t.Errorf("%s: moved %q, ends at %q, %v", path, res.Moved, res.URL, err)
		}
	}
	_, err := c.Get(t.Context(), Request{URL: s.URL + "/loop"})
	wantError(t, err, "redirects too often")
}

func TestKeysStayWithTheirHost(t *testing.T) {
	var got http.Header
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header })
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/in" {
			got = r.Header
			return
		}
		to := map[string]string{"/out": other.URL, "/here": "/in"}[r.URL.Path]
		http.Redirect(w, r, to, http.StatusMovedPermanently)
	})
	c, _ := client(t)
	headers := map[string]string{"X-Api-Key": "CANARY", "Authorization": "Bearer CANARY", "cookie": "a=CANARY"}
	if _, err := c.Get(t.Context(), Request{URL: home.URL + "/out?key=CANARY", Header: headers}); err != nil {
		t.Fatal(err)
	}
	for k, v := range got {
		if strings.Contains(strings.Join(v, ""), "CANARY") {
			t.Errorf("another host got %s: %s", k, v)
		}
	}
	if _, err := c.Get(t.Context(), Request{URL: home.URL + "/here", Header: headers}); err != nil || got.Get("X-Api-Key") != "CANARY" {
		t.Errorf("the same host must get the key: %v, %v", got, err)
	}
}

func TestHTTPSIsNeverDropped(t *testing.T) {
	plain := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("asked over plain http") })
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL, http.StatusFound)
	}))
	t.Cleanup(s.Close)
	c := &Client{HTTP: s.Client()}
	_, err := c.Get(t.Context(), Request{URL: s.URL})
	wantError(t, err, "from https to plain http")
}

func TestTheClientsOwnRuleIsStillAsked(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) })
	c, _ := client(t)
	c.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error {
		return minutes.WithHint(errors.New("not that way"), "go round")
	}
	_, err := c.Get(t.Context(), Request{URL: s.URL})
	wantError(t, err, "not that way")
	if minutes.Hint(err) != "go round" {
		t.Errorf("hint %q", minutes.Hint(err))
	}
}

func TestScrubKeepsWordsAndDropsQueries(t *testing.T) {
	for in, want := range map[string]string{
		"connection refused": "connection refused",
		`failed to parse Location header "http://a/?key=CANARY": bad`: `failed to parse Location header "http://a/ bad`,
		"Get https://u:CANARY@h/p?q=1 failed":                         "Get https://h/p failed",
		"really? yes":                                                 "really? yes",
	} {
		if got := scrub(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
