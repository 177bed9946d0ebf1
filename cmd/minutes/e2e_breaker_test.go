package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestE2EABreakerLeavesASourceAlone runs the program by cron against a calendar that is down: the sixth run
// does not dial it, says so, and is partial all the same; the quarter of an hour later it is asked once;
// by name it is asked at any time; a clock set back keeps it from nothing.
func TestE2EABreakerLeavesASourceAlone(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	var down atomic.Bool
	down.Store(true)
	w, config := startDemo(t)
	web, _ := addresses(t, config)
	good := passOn(t, web)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1); down.Load() {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		good.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	head, _, _ := strings.Cut(config, "[[connectors.")
	b := newBox(t, head+table("ics", "calendar", srv.URL), w.Now)
	expect := func(what string, code int, dials int64, args ...string) {
		t.Helper()
		before := asked.Load()
		if r := b.run(args...); r.code != code {
			t.Errorf("%s: exit %d, want %d\n%s", what, r.code, code, tail(r.err, 1000))
		}
		if n := asked.Load() - before; n != dials {
			t.Errorf("%s: it was asked %d times, want %d", what, n, dials)
		}
	}
	for range 5 {
		expect("a failure", 3, 1, "preload")
		b.now = b.now.Add(time.Minute)
	}
	opened := b.now.Add(-time.Minute)
	expect("left alone", 3, 0, "preload")
	expect("left alone, a part allowed", 0, 0, "preload", "--allow-partial")
	st := b.sources()["calendar"]
	if st.Status != "failed" || st.Failures != 5 || !st.RetryAt.Equal(opened.Add(15*time.Minute)) || !st.FailedAt.Equal(w.Now) ||
		!strings.Contains(st.Error.String(), "404") || st.Hint.Empty() {
		t.Errorf("left alone it is said to be %+v", st)
	}
	berlin := st.RetryAt.In(w.Now.Location()).Format("15:04")
	if page := b.must(0, "sources"); !strings.Contains(page, "left alone until "+berlin) || !strings.Contains(page, "minutes preload --only calendar") {
		t.Errorf("the page of sources:\n%s", page)
	}
	expect("by name", 3, 1, "preload", "--only", "calendar")
	expect("a test by name", 1, 1, "sources", "test", "calendar")
	expect("still left alone", 3, 0, "preload")
	forward := b.now
	b.now = w.Now.Add(-48 * time.Hour)
	expect("with the clock set back", 3, 1, "preload")
	b.now = forward.Add(16 * time.Minute)
	down.Store(false)
	expect("the probe", 0, 1, "preload")
	if st := b.sources()["calendar"]; st.Status != "ok" || st.Failures != 0 || !st.RetryAt.IsZero() || !st.FailedAt.IsZero() {
		t.Errorf("after the probe: %+v", st)
	}
}

// TestE2EAllSourcesFailing takes every source away at once: there is a brief, which says so of each and
// shows what is kept, and it is partial. Where not one can be reached that is one line, not nine.
func TestE2EAllSourcesFailing(t *testing.T) {
	t.Parallel()
	w, config := startDemo(t)
	web, mail := addresses(t, config)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) }))
	t.Cleanup(broken.Close)
	kept := newBox(t, config, w.Now.Add(-24*time.Hour))
	kept.must(0, "preload")
	kept.now = w.Now
	elsewhere := func(webAt, mailAt string) string {
		return strings.NewReplacer(web, webAt, "port = "+portOf(mail), "port = "+portOf(mailAt)).Replace(config)
	}

	kept.configure(elsewhere(broken.URL, closedPort(t)))
	r := kept.run("preload")
	if r.code != 3 {
		t.Fatalf("exit %d\n%s", r.code, tail(r.err, 2000))
	}
	b := kept.brief()
	if len(b.TLDR) != 3 || len(b.Sources) < 7 {
		t.Errorf("%d lines on top, %d sources", len(b.TLDR), len(b.Sources))
	}
	for _, st := range b.Sources {
		if st.Status != "failed" || st.Error.Empty() || st.Hint.Empty() || !st.FetchedAt.Equal(w.Now.Add(-24*time.Hour)) {
			t.Errorf("%+v", st)
		}
	}
	page := kept.must(0, "brief", "--plain")
	if !strings.Contains(page, "mail failed") || !strings.Contains(page, "403") || !strings.Contains(page, "last read") {
		t.Errorf("the brief:\n%s", page)
	}

	dead := closedPort(t)
	for name, box := range map[string]*box{"with what is kept": kept, "with nothing": newBox(t, "", w.Now)} {
		box.configure(elsewhere("http://"+dead, dead))
		r := box.run("preload")
		if r.code != 3 {
			t.Fatalf("%s: exit %d\n%s", name, r.code, tail(r.err, 2000))
		}
		if n := strings.Count(r.err, "no network: "); n != 1 {
			t.Errorf("%s: no network is told %d times:\n%s", name, n, r.err)
		}
		if page := box.must(0, "sources"); strings.Count(page, "no network: ") != 1 {
			t.Errorf("%s: the page of sources:\n%s", name, page)
		}
		for _, form := range []string{"--plain", "--markdown", "--html"} {
			page := strings.Join(strings.Fields(box.must(0, "brief", form)), " ")
			if strings.Count(page, "no network: ") != 1 {
				t.Errorf("%s: %s\n%s", name, form, page)
			}
		}
		if st := box.sources()["hackernews"]; st.Failures > 1 {
			t.Errorf("%s: the network's failure counts as the source's: %+v", name, st)
		}
	}
	t.Logf("faults: all at once: 1 line without a network, %d with one", len(b.Sources))
}
