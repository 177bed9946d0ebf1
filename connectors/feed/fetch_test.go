package feed

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// server is one whose answers a test sets by path, and which counts the questions.
type server struct {
	URL string

	mu    sync.Mutex
	paths map[string]http.HandlerFunc
	asked map[string]int
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{paths: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	s.URL = connectortest.Serve(t, connectortest.None, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		h := s.paths[r.URL.Path]
		s.asked[r.URL.Path]++
		s.mu.Unlock()
		if h == nil {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	return s
}

func (s *server) set(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paths[path] = h
}

func (s *server) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(text)) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// reader is a source with a clock that a test moves and a State that outlives it.
type reader struct {
	t   *testing.T
	env connectors.Env
	cfg *Config
	now time.Time
	cur minutes.Cursor
}

func newReader(t *testing.T, cfg *Config) *reader {
	t.Helper()
	r := &reader{t: t, cfg: cfg, env: connectortest.Env(t, connectortest.Options{})}
	r.now = r.env.Now()
	r.env.Now = func() time.Time { return r.now }
	cfg.Fill()
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	return r
}

// fetch is one run of a new process; a day passes after it.
func (r *reader) fetch() (minutes.Batch, error) {
	r.t.Helper()
	src, err := r.cfg.Open(r.env)
	if err != nil {
		r.t.Fatal(err)
	}
	b, err := src.Fetch(r.t.Context(), r.cur)
	r.cur = b.Next
	r.now = r.now.Add(24 * time.Hour)
	return b, err
}

func (r *reader) must() minutes.Batch {
	r.t.Helper()
	b, err := r.fetch()
	if err != nil {
		r.t.Fatalf("%v (%s)", err, minutes.Hint(err))
	}
	return b
}

func TestValidatorsAreSentBackVerbatim(t *testing.T) {
	s := serve(t)
	s.set("/f", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `W/"x y"`)
		w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 1:2:3 GMT")
		if r.Header.Get("If-None-Match") == `W/"x y"` && r.Header.Get("If-Modified-Since") == "Mon, 23 Nov 2026 1:2:3 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(example(2)))
	})
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}})
	if b := r.must(); len(b.Items) != 2 {
		t.Fatalf("%d items", len(b.Items))
	}
	for range 2 {
		if b := r.must(); len(b.Items) != 0 {
			t.Errorf("%d items after a 304", len(b.Items))
		}
	}
}

func TestOnlyWhatIsNewOrChangedComes(t *testing.T) {
	s := serve(t)
	s.set("/f", body(example(3)))
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}})
	first := r.must()
	if len(first.Items) != 3 {
		t.Fatalf("%d items", len(first.Items))
	}
	if b := r.must(); len(b.Items) != 0 {
		t.Errorf("the same body again brought %d items", len(b.Items))
	}
	s.set("/f", body(strings.Replace(example(4), "Text of entry 1.", "Text of entry 1, corrected.", 1)))
	b := r.must()
	if len(b.Items) != 2 || b.Items[0].ID != first.Items[1].ID {
		t.Errorf("one new and one corrected: %d items", len(b.Items))
	}
}

func TestAChangedConfigReadsEverythingAnew(t *testing.T) {
	s := serve(t)
	s.set("/f", body(example(3)))
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}})
	r.must()
	r.cfg.Category = "tech"
	if b := r.must(); len(b.Items) != 3 || b.Items[0].Article.Category != "tech" {
		t.Errorf("%d items", len(b.Items))
	}
}

func TestUndatedEntriesKeepTheDayTheyWereFirstSeen(t *testing.T) {
	s := serve(t)
	undated := func(n int) string {
		var b strings.Builder
		for i := n; i > 0; i-- {
			fmt.Fprintf(&b, "<item><title>U%d</title><link>https://example.org/u%d</link></item>", i, i)
		}
		return "<rss><channel><title>U</title>" + b.String() + "</channel></rss>"
	}
	s.set("/f", body(undated(40)))
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}, Limit: 10})
	first := r.must()
	if len(first.Items) != 10 || first.Items[0].Title.String() != "U40" || !first.Items[0].Article.Undated {
		t.Fatalf("%d items, first %v", len(first.Items), first.Items[0].Title)
	}
	s.set("/f", body(undated(41)))
	b := r.must()
	if len(b.Items) != 1 || b.Items[0].Title.String() != "U41" {
		t.Errorf("one new entry, but %d items: the old ones look new", len(b.Items))
	}
	s.set("/f", body(strings.Replace(undated(41), "U41", "U41 corrected", 1)))
	if b := r.must(); len(b.Items) != 1 || !b.Items[0].At.Equal(first.Items[0].At.Add(24*time.Hour)) {
		t.Errorf("a corrected entry keeps its day: %+v", b.Items)
	}
}

func TestAPermanentMoveIsRememberedOnceItIsAFeed(t *testing.T) {
	s := serve(t)
	s.set("/old", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/new", http.StatusMovedPermanently)
	})
	s.set("/new", body("<html><title>Maintenance</title></html>"))
	r := newReader(t, &Config{URLs: []string{s.URL + "/old"}})
	if _, err := r.fetch(); err == nil {
		t.Fatal("a page is no feed")
	}
	s.set("/new", body(example(1)))
	r.must()
	r.must()
	if n := s.count("/old"); n != 2 {
		t.Errorf("the old address was asked %d times: twice until it was known to have moved, then no more", n)
	}
	s.set("/new", nil)
	s.set("/old", body(example(2)))
	if b := r.must(); len(b.Items) != 1 || s.count("/old") != 3 {
		t.Errorf("when the new address is no more the old one is asked: %d items", len(b.Items))
	}
}

func TestATemporaryMoveIsNotRemembered(t *testing.T) {
	s := serve(t)
	s.set("/old", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/new", http.StatusFound) })
	s.set("/new", body(example(1)))
	r := newReader(t, &Config{URLs: []string{s.URL + "/old"}})
	r.must()
	r.must()
	if n := s.count("/old"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestAFailingFeedIsAskedLessOften(t *testing.T) {
	s := serve(t)
	s.set("/good", body(example(1)))
	s.set("/bad", status(404))
	r := newReader(t, &Config{URLs: []string{s.URL + "/good", s.URL + "/bad"}})
	for range 48 { // two days, by the hour
		_, _ = r.fetch()
		r.now = r.now.Add(-23 * time.Hour)
	}
	if n := s.count("/bad"); n < 4 || n > 10 {
		t.Errorf("asked %d times in 48 hours", n)
	}
	if s.count("/good") != 48 {
		t.Errorf("the good one was asked %d times", s.count("/good"))
	}
	s.set("/bad", body(strings.ReplaceAll(example(1), "example.org", "other.example")))
	r.now = r.now.Add(24 * time.Hour)
	if b := r.must(); len(b.Items) != 1 || len(b.Rejected) != 0 {
		t.Errorf("recovered: %d items, %v", len(b.Items), b.Rejected)
	}
}

func TestADeadFeedIsNoErrorAfterAWeek(t *testing.T) {
	s := serve(t)
	s.set("/good", body(example(1)))
	s.set("/bad", status(404))
	r := newReader(t, &Config{URLs: []string{s.URL + "/good", s.URL + "/bad"}})
	for day := range 10 {
		b, err := r.fetch()
		if len(b.Rejected) != 1 {
			t.Fatalf("day %d: %v", day, b.Rejected)
		}
		if dead := strings.HasPrefix(b.Rejected[0].Reason.String(), "dead since 25 November 2026"); dead != (day >= 7) || (err == nil) != dead {
			t.Errorf("day %d: %v, %v", day, err, b.Rejected)
		}
	}
}

func TestGoneIsNotAskedAgain(t *testing.T) {
	s := serve(t)
	s.set("/f", status(410))
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}})
	for range 3 {
		if _, err := r.fetch(); !errors.Is(err, minutes.ErrNotFound) || !strings.Contains(minutes.Hint(err), "config") {
			t.Errorf("%v, %q", err, minutes.Hint(err))
		}
	}
	if s.count("/f") != 1 {
		t.Errorf("asked %d times", s.count("/f"))
	}
}

func TestRetryAfterIsRemembered(t *testing.T) {
	s := serve(t)
	s.set("/f", status(429, "Retry-After", "7200"))
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}})
	for range 3 {
		_, err := r.fetch()
		if err == nil || !strings.Contains(err.Error(), "429") {
			t.Errorf("%v", err)
		}
		r.now = r.now.Add(-24*time.Hour + 30*time.Minute)
	}
	if s.count("/f") != 1 {
		t.Errorf("asked %d times within two hours", s.count("/f"))
	}
}

func TestTheErrorNamesThoseThatFailed(t *testing.T) {
	s := serve(t)
	var urls []string
	for i := range 8 {
		path := fmt.Sprintf("/feed-%d", i)
		urls = append(urls, s.URL+path+"?token="+connectortest.Canary)
		if i < 3 {
			s.set(path, body(strings.ReplaceAll(example(1), "example.org", fmt.Sprintf("e%d.example", i))))
		}
	}
	s.set("/feed-3", body("<!DOCTYPE html><title>Hotel</title>"))
	r := newReader(t, &Config{URLs: urls})
	b, err := r.fetch()
	if len(b.Items) != 3 || len(b.Rejected) != 5 || err == nil {
		t.Fatalf("%d items, %d rejected, %v", len(b.Items), len(b.Rejected), err)
	}
	for _, want := range []string{"5 of 8 feeds failed", "/feed-3: not a feed: it looks like a web page (“Hotel”)", "/feed-4: not found", "and 2 more"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
	if !strings.Contains(minutes.Hint(err), "sign-in") {
		t.Errorf("hint %q", minutes.Hint(err))
	}
}

func TestAMachineOfflineTeachesNothing(t *testing.T) {
	url := connectortest.Serve(t, connectortest.Down, http.NotFoundHandler())
	r := newReader(t, &Config{URLs: []string{url + "/a", url + "/b"}})
	for range 9 {
		if _, err := r.fetch(); !errors.Is(err, minutes.ErrOffline) {
			t.Fatalf("%v", err)
		}
	}
	if b, err := r.env.State.Get(t.Context(), stateKey); err != nil || strings.Contains(string(b), "Fails") {
		t.Errorf("remembered %s, %v", b, err)
	}
}

func TestAListOfFeedsIsRead(t *testing.T) {
	s := serve(t)
	s.set("/a", body(example(1)))
	s.set("/b", body(strings.ReplaceAll(example(1), "example.org", "b.example")))
	path := filepath.Join(t.TempDir(), "feeds.opml")
	list := fmt.Sprintf(`<opml><body><outline text="Tech"><outline text="A" xmlUrl="%s/a"/></outline><outline text="B" xmlUrl="%s/b"/></body></opml>`, s.URL, s.URL)
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newReader(t, &Config{OPML: path, URLs: []string{s.URL + "/b"}})
	b := r.must()
	if len(b.Items) != 2 || s.count("/b") != 1 || b.Items[1].Article.Category != "tech" {
		t.Errorf("%d items, /b asked %d times: %+v", len(b.Items), s.count("/b"), b.Items)
	}
	r.cfg.OPML = path + ".missing"
	if _, err := r.fetch(); !errors.Is(err, minutes.ErrNotFound) {
		t.Errorf("a missing list: %v", err)
	}
}

func TestTheSameEntryInTwoFeedsIsOne(t *testing.T) {
	s := serve(t)
	s.set("/a", body(example(2)))
	s.set("/b", body(example(3)))
	r := newReader(t, &Config{URLs: []string{s.URL + "/a", s.URL + "/b"}})
	if b := r.must(); len(b.Items) != 3 {
		t.Errorf("%d items", len(b.Items))
	}
}

// TestWhatWasLeftOutStaysSaidWhileTheFeedIsTheSame has an entry that cannot be read: it is told in each
// run, read or not, until the feed has it whole or has it no more.
func TestWhatWasLeftOutStaysSaidWhileTheFeedIsTheSame(t *testing.T) {
	s := serve(t)
	list := func(entries string) string {
		return `{"version":"https://jsonfeed.org/version/1.1","title":"F","items":[{"id":"a","title":"A","url":"https://e.org/a"}` + entries + `]}`
	}
	bad, mended := `,{"id":"b","title":["B"],"url":"https://e.org/b"}`, `,{"id":"b","title":"B","url":"https://e.org/b"}`
	tagged := func(text, tag string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write([]byte(text))
		}
	}
	r := newReader(t, &Config{URLs: []string{s.URL + "/f"}})
	for _, step := range []struct {
		name        string
		answer      http.HandlerFunc
		left, items int
	}{
		{"read", tagged(list(bad), `"1"`), 1, 1},
		{"304", tagged(list(bad), `"1"`), 1, 0},
		{"200, the same", body(list(bad)), 1, 0},
		{"whole now", body(list(mended)), 0, 1},
		{"bad again", body(list(bad)), 1, 0},
		{"gone", body(list("")), 0, 0},
	} {
		s.set("/f", step.answer)
		b := r.must()
		if len(b.Rejected) != step.left || len(b.Items) != step.items {
			t.Fatalf("%s: %d items, left out %v", step.name, len(b.Items), b.Rejected)
		}
		if step.left == 1 && (!strings.HasPrefix(b.Rejected[0].Item.String(), "127.0.0.1/f, entry 2 of 2") || b.Rejected[0].Reason.Empty() || b.Rejected[0].Next.Empty()) {
			t.Errorf("%s: %+v", step.name, b.Rejected[0])
		}
	}
}

// Nine feeds had nothing new and the tenth was down: the source was said to fail.
func TestAFeedThatAnswersMakesTheSourcePartial(t *testing.T) {
	s := serve(t)
	s.set("/b", status(http.StatusInternalServerError))
	s.set("/a", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write([]byte(example(1)))
	})
	r := newReader(t, &Config{URLs: []string{s.URL + "/a", s.URL + "/b"}})
	for _, items := range []int{1, 0} {
		if b, err := r.fetch(); err == nil || !b.Part || len(b.Items) != items {
			t.Errorf("%v, part %v, %d items, want %d", err, b.Part, len(b.Items), items)
		}
	}
	s.set("/a", status(http.StatusInternalServerError))
	if b, err := r.fetch(); err == nil || b.Part {
		t.Errorf("%v, part %v, and no feed answered", err, b.Part)
	}
}
