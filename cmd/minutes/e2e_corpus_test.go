package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// corpusNow is later than all that was recorded, and past: Dovecot knows no mail from the future.
func corpusNow() time.Time { return time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC) }

// sample is every file in the long form, else every 25th.
func sample(t *testing.T, dirs ...string) []string {
	var out []string
	for _, dir := range dirs {
		out = append(out, connectortest.Corpus(t, dir)...)
	}
	if long() {
		return out
	}
	var few []string
	for i := 0; i < len(out); i += 25 {
		few = append(few, out[i])
	}
	return few
}

// A tally is what became of the files of a corpus. Silent ones brought neither an item nor a word.
type tally struct {
	files, items, rejected int
	silent                 []string
}

func (c tally) log(t *testing.T, what string) {
	t.Helper()
	t.Logf("corpus: %s: %d files, %d items, %d rejected with reason, 0 crashes; %d empty", what, c.files, c.items, c.rejected, len(c.silent))
}

// survives runs a preload that has to end with a brief, whatever the sources did.
func survives(t *testing.T, b *box) {
	t.Helper()
	r := b.run("preload")
	if r.code != 0 && r.code != 3 {
		t.Fatalf("exit %d\n%s", r.code, tail(r.err, 3000))
	}
	for _, bad := range []string{"panic", "connector broke", "not done within"} {
		if i := strings.Index(r.err, bad); i >= 0 {
			t.Errorf("%q in: %s", bad, tail(r.err[:min(len(r.err), i+200)], 600))
		}
	}
	if n := len(b.brief().TLDR); n != 3 {
		t.Errorf("%d lines on top", n)
	}
}

// serveFiles answers GET /i/name with the i-th file.
func serveFiles(t *testing.T, files []string) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var i int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d/", &i); err != nil || i >= len(files) {
			http.NotFound(w, r)
			return
		}
		data, err := os.ReadFile(files[i])
		if err != nil {
			http.Error(w, "unreadable", http.StatusInternalServerError)
			return
		}
		if strings.HasSuffix(files[i], ".gz") {
			w.Header().Set("Content-Encoding", "gzip")
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// readFeeds reads files as the feeds of one source and says what became of each.
func readFeeds(t *testing.T, files []string) tally {
	base := serveFiles(t, files)
	urls := make([]string, len(files))
	for i, f := range files {
		urls[i] = fmt.Sprintf("%q", fmt.Sprintf("%s/%d/%s", base, i, "feed"+filepath.Ext(strings.TrimSuffix(f, ".gz"))))
	}
	b := newBox(t, "[[connectors.feed]]\nname = \"corpus\"\nurls = ["+strings.Join(urls, ",\n")+"]\n", corpusNow())
	survives(t, b)
	out := tally{files: len(files)}
	said := map[string]bool{}
	place := func(address string) string { // host/i of an address or a label
		parts := strings.Split(strings.TrimPrefix(strings.TrimPrefix(address, "http://"), "127.0.0.1"), "/")
		if len(parts) < 2 {
			return ""
		}
		return parts[1]
	}
	var last struct{ Sources []minutes.SourceStatus }
	b.decode(b.must(0, "sources", "--json"), &last)
	for _, r := range last.Sources[0].Rejected {
		if r.Reason.Empty() || r.Next.Empty() {
			t.Errorf("%s: rejected with reason %q, next %q", r.Item, r.Reason, r.Next)
		}
		said[place(r.Item.String())] = true
		out.rejected++
	}
	for _, it := range b.kept() {
		if it.Article == nil {
			t.Fatalf("%s is no article", it.ID)
		}
		said[place(it.Article.FeedURL)] = true
		out.items++
	}
	for i, f := range files {
		if !said[fmt.Sprint(i)] {
			out.silent = append(out.silent, f)
		}
	}
	return out
}

// TestE2ECorpusFeedsAreItemsOrReasons reads every recorded, broken and hostile feed and every JSON file
// in one source. What was silent beside the others is asked again without them, since the same entry
// in two feeds is one item: what stays silent has no entry.
func TestE2ECorpusFeedsAreItemsOrReasons(t *testing.T) {
	t.Parallel()
	files := sample(t, "feeds", "more/feeds", "more/bombs/feed", "more/json")
	first := readFeeds(t, files)
	for again := first.silent; len(again) > 0; {
		fewer := readFeeds(t, again).silent
		if first.silent = fewer; len(fewer) == len(again) {
			break
		}
		again = fewer
	}
	first.log(t, "feeds")
	other := regexp.MustCompile(`(?s)<source>.*?</source>|<itunes:link[^>]*>|<link rel="enclosure"[^>]*>`)
	entry := regexp.MustCompile(`(?s)<(item|entry)[ >].*(<(title|summary|content|description)[^>]*>[^<]|<link>\s*h|href="h).*</(item|entry)>`)
	for _, f := range first.silent {
		// An entry without title, link and text is nothing to read and nowhere to go.
		if entry.Match(other.ReplaceAll(connectortest.Read(t, f), nil)) {
			t.Errorf("%s: has an entry and brought nothing, not even a reason", filepath.Base(f))
		}
	}
}

// TestE2ECorpusCalendarsAreReadOrRefused puts every calendar into one folder.
func TestE2ECorpusCalendarsAreReadOrRefused(t *testing.T) {
	t.Parallel()
	files := sample(t, "ics", "more/ics", "more/bombs/ics")
	b := newBox(t, "", corpusNow())
	out := tally{}
	for i, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".gz"); filepath.Ext(name) == ".ics" {
			b.file(fmt.Sprintf("calendars/%04d-%s", i, name), string(connectortest.Read(t, f)))
			out.files++
		}
	}
	b.configure(fmt.Sprintf("[[connectors.ics]]\nname = \"corpus\"\npath = %q\n", filepath.Join(b.dir, "calendars")))
	survives(t, b)
	st := b.sources()["corpus"]
	if st.Status != "ok" && (st.Error.Empty() || st.Hint.Empty()) {
		t.Errorf("%s: error %q, hint %q", st.Status, st.Error, st.Hint)
	}
	for _, r := range st.Rejected {
		if r.Reason.Empty() || r.Next.Empty() {
			t.Errorf("%s: rejected with reason %q, next %q", r.Item, r.Reason, r.Next)
		}
	}
	out.items, out.rejected = len(b.kept()), len(st.Rejected)
	out.log(t, "calendars (items of these weeks)")
}

// TestE2ECorpusMailsAreItemsOrReasons delivers every mail and reads the mailbox.
func TestE2ECorpusMailsAreItemsOrReasons(t *testing.T) {
	t.Parallel()
	m := newMailbox(t, "corpus")
	if !m.real {
		t.Skip("skipped: the server in memory breaks off at some of these mails; .ci/e2e.sh starts a Dovecot")
	}
	out, refused := tally{}, 0
	for i, f := range sample(t, "mail", "more/mime", "more/bombs/mime") {
		if strings.Contains(f, filepath.Join("mail", "imap")) || filepath.Ext(f) == ".mbox" || filepath.Ext(f) == ".txt" {
			continue
		}
		raw := connectortest.Read(t, f)
		if len(raw) > 8<<20 {
			continue // the server's own limits are not what is tested
		}
		// The same Message-ID twice is one item: each has one of its own, so that they can be counted.
		raw = append(fmt.Appendf(nil, "Message-ID: <corpus-%d@e2e.example>\n", i), raw...)
		if err := m.deliver("INBOX", string(raw), corpusNow().Add(-time.Duration(i)*time.Second)); err != nil {
			refused++ // by the server: it has lines of its own to draw
			continue
		}
		out.files++
	}
	before := m.state(t, "INBOX")
	b := newBox(t, m.table("corpus", "limit = 5000\nsent = \"\""), corpusNow())
	survives(t, b)
	st := b.sources()["corpus"]
	for _, r := range st.Rejected {
		if r.Reason.Empty() || r.Next.Empty() {
			t.Errorf("%s: rejected with reason %q, next %q", r.Item, r.Reason, r.Next)
		}
	}
	out.items, out.rejected = st.Items, len(st.Rejected)
	out.log(t, fmt.Sprintf("mails (Dovecot %v, %d refused by the server)", m.real, refused))
	if out.items+out.rejected != out.files {
		t.Errorf("%d messages are in the mailbox, %d items and %d rejections came of them (%s: %s)", out.files, out.items, out.rejected, st.Status, st.Error)
	}
	if after := m.state(t, "INBOX"); after != before {
		t.Errorf("the mailbox changed:\n%s", difference(before, after))
	}
}

// TestE2ECorpusAnswersAreItemsOrReasons gives every recorded answer of an interface to every source
// that might get it, each in a source of its own.
func TestE2ECorpusAnswersAreItemsOrReasons(t *testing.T) {
	t.Parallel()
	files := sample(t, "hn", "weather", "market")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var i int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d/", &i); err != nil || i >= len(files) {
			http.NotFound(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, "stories.json") && strings.Contains(r.URL.Path, "/item/") {
			fmt.Fprint(w, "[1]")
			return
		}
		_, _ = w.Write(connectortest.Read(t, files[i]))
	}))
	t.Cleanup(srv.Close)
	config, names := "", map[string]string{}
	add := func(i int, kind, text string) {
		name := fmt.Sprintf("%s-%d", kind, i)
		names[name] = files[i]
		kind, _, _ = strings.Cut(kind, "-")
		config += fmt.Sprintf("\n[[connectors.%s]]\nname = %q\n%s\n", kind, name, text)
	}
	for i := range files {
		base := fmt.Sprintf("%s/%d", srv.URL, i)
		add(i, "hackernews-list", fmt.Sprintf("base_url = %q", base))
		add(i, "hackernews-item", fmt.Sprintf("base_url = %q", base+"/item"))
		add(i, "weather-forecast", fmt.Sprintf("base_url = %q\nlatitude = 43.7\nlongitude = -79.4", base))
		add(i, "weather-place", fmt.Sprintf("base_url = %q\ngeocoding_base_url = %q\nplace = \"Enschede\"", base, base))
		for _, p := range []string{"finnhub", "alphavantage"} {
			add(i, "market-"+p, fmt.Sprintf("provider = %q\nbase_url = %q\nsymbols = [\"AAPL\"]\napi_key = { command = [\"printf\", \"k\"] }", p, base))
		}
		for _, p := range []string{"frankfurter", "ecb", "yahoo"} {
			add(i, "market-"+p, fmt.Sprintf("provider = %q\nbase_url = %q\nsymbols = [\"%s\"]", p, base, map[bool]string{true: "AAPL", false: "EUR/USD"}[p == "yahoo"]))
		}
	}
	b := newBox(t, config, corpusNow())
	survives(t, b)
	out := tally{files: len(files)}
	for name, st := range b.sources() {
		switch {
		case st.Items > 0:
			out.items += st.Items
		case !st.Error.Empty() && !st.Hint.Empty(), len(st.Rejected) > 0:
			out.rejected++
		default:
			out.silent = append(out.silent, name+" of "+filepath.Base(names[name]))
		}
	}
	out.log(t, fmt.Sprintf("answers, each to %d sources", len(names)/len(files)))
	for _, s := range out.silent {
		t.Log("neither item nor reason: ", s)
	}
}

// TestE2ECorpusServersAreReasons lets mail servers say every recorded transcript, whatever was asked.
func TestE2ECorpusServersAreReasons(t *testing.T) {
	t.Parallel()
	config, out := "", tally{}
	for i, f := range sample(t, "mail/imap") {
		raw := connectortest.Read(t, f)
		host, port, _ := net.SplitHostPort(serveTCP(t, func(c net.Conn) { _, _ = c.Write(raw) }))
		config += fmt.Sprintf("\n[[connectors.imap]]\nname = \"server-%d\"\nhost = %q\nport = %s\ntls = \"none\"\nusername = \"sam\"\npassword = \"x\"\n", i, host, port)
		out.files++
	}
	b := newBox(t, config, corpusNow())
	survives(t, b)
	for name, st := range b.sources() {
		if out.items += st.Items; st.Error.Empty() || st.Hint.Empty() {
			t.Errorf("%s is %s: error %q, hint %q", name, st.Status, st.Error, st.Hint)
		} else {
			out.rejected++
		}
	}
	out.log(t, "server transcripts")
}

// TestE2ECorpusCannotReachTheTerminal makes headlines of every terminal sequence and every injected
// instruction, and looks at what is printed.
func TestE2ECorpusCannotReachTheTerminal(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, f := range append(connectortest.Corpus(t, "more/term"), connectortest.Corpus(t, "more/inject")...) {
		for i, line := range strings.Split(string(connectortest.Read(t, f)), "\n") {
			if !long() && i%50 != 0 || line == "" {
				continue
			}
			var seq struct{ B64 string }
			if err := json.Unmarshal([]byte(line), &seq); err == nil && seq.B64 != "" {
				raw, _ := base64.StdEncoding.DecodeString(seq.B64)
				line = string(raw)
			}
			texts = append(texts, line)
		}
	}
	var doc strings.Builder
	var lists []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i := 0
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &i)
		_, _ = fmt.Fprint(w, lists[i])
	}))
	t.Cleanup(srv.Close)
	flush := func() {
		lists = append(lists, `{"version": "https://jsonfeed.org/version/1.1", "title": "Hostile", "items": [`+strings.TrimSuffix(doc.String(), ",")+`]}`)
		doc.Reset()
	}
	for i, s := range texts {
		b, err := json.Marshal(map[string]any{"id": fmt.Sprintf("https://hostile.example/%d", i), "url": fmt.Sprintf("https://hostile.example/%d", i),
			"title": fmt.Sprintf("%d ", i) + s, "content_text": s, "date_published": "2026-11-24T05:00:00Z", "authors": []any{map[string]string{"name": s}}, "tags": []string{s}})
		if err != nil {
			t.Fatal(err)
		}
		doc.Write(append(b, ','))
		if i%1000 == 999 {
			flush()
		}
	}
	flush()
	urls := ""
	for i := range lists {
		urls += fmt.Sprintf("%q,", fmt.Sprintf("%s/%d.json", srv.URL, i))
	}
	b := newBox(t, "[brief]\nwords = 5000\n[[connectors.feed]]\nname = \"hostile\"\nlimit = 5000\nurls = ["+urls+"]\n", corpusNow())
	survives(t, b)
	kept := b.kept()
	if len(kept) < len(texts)*95/100 {
		t.Errorf("%d texts, %d items", len(texts), len(kept))
	}
	for _, args := range [][]string{{"brief", "--plain"}, {"brief", "--markdown"}, {"brief", "--html"}, {"brief", "--json"},
		{"items", "--limit", "0"}, {"items", "--json", "--limit", "0"}, {"show", kept[0].ID}, {"search", "the"}, {"sources"}, {"export"}} {
		for i, r := range b.must(0, args...) {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !visible(r)) {
				t.Errorf("minutes %s prints %U at %d", strings.Join(args, " "), r, i)
				break
			}
		}
	}
	t.Logf("terminal: %d hostile texts, %d kept, ten commands printed nothing that moves a cursor", len(texts), len(kept))
}

// visible are the format characters that a reader sees, and the one that joins emoji.
func visible(r rune) bool {
	return r == '\u200d' || r >= 0x600 && r <= 0x605 || r == 0x6dd || r == 0x8e2 || r == 0x110bd || r == 0x110cd
}
