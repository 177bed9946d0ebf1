package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// waysIn are the ways by which an address comes in from outside. A source of its own is made for each lure of
// the single ones.
func waysIn() (single, joint []string) {
	return []string{"calendar", "place", "point", "shares", "keyed", "notes", "list", "ollama", "openai"},
		[]string{"feed", "feedfour", "opml", "articles", "pages", "events", "hn", "mail", "links"}
}

// config has a source for every way in. It names the snare's own servers alone.
func (s *snare) config(b *box, mail string) string {
	var c, urls, four, opml, notes strings.Builder
	for i := range s.lures {
		table := func(kind, name, rest string) {
			fmt.Fprintf(&c, "\n[[connectors.%s]]\nname = \"%s-%d\"\n%s\n", kind, name, i, strings.ReplaceAll(rest, "WEB", fmt.Sprintf("%s/%s-%d", s.web, name, i)))
		}
		table("ics", "calendar", `url = "WEB/basic.ics"`)
		table("weather", "place", "geocoding_base_url = \"WEB\"\nbase_url = \"WEB\"\nplace = \"Hamburg\"")
		table("weather", "point", "base_url = \"WEB\"\nlatitude = 53.5507345\nlongitude = 9.9930267")
		table("market", "shares", "provider = \"yahoo\"\nbase_url = \"WEB\"\nsymbols = [\"SAP.DE\"]")
		table("market", "keyed", "provider = \"finnhub\"\nbase_url = \"WEB\"\nsymbols = [\"AAPL\"]\napi_key = \"canary-of-finnhub\"")
		table("dummy", "notes", `url = "WEB/notes.jsonl"`)
		table("hackernews", "list", `base_url = "WEB"`)
		fmt.Fprintf(&urls, "%q, ", fmt.Sprintf("%s/feed/hop/1/%d", s.web, i))
		fmt.Fprintf(&four, "%q, ", fmt.Sprintf("%s/feedfour/hop/4/%d", s.web, i))
		fmt.Fprintf(&opml, `<outline type="rss" text="%d" xmlUrl="%s"/>`, i, escapeXML(s.entryFor("opml", i)))
		line, _ := json.Marshal(map[string]string{"id": fmt.Sprint("lure", i), "title": fmt.Sprint("Lure ", i), "at": "2026-03-10T06:00:00Z", "url": s.entryFor("links", i), "text": markup(s.entryFor("links", i))})
		notes.WriteString(string(line) + "\n")
	}
	fmt.Fprintf(&c, "\n[[connectors.feed]]\nname = \"feed\"\nurls = [%s]\n", urls.String())
	fmt.Fprintf(&c, "\n[[connectors.feed]]\nname = \"feedfour\"\nurls = [%s]\n", four.String())
	fmt.Fprintf(&c, "\n[[connectors.feed]]\nname = \"opml\"\nopml = %q\n", b.file("feeds.opml", `<opml version="2.0"><body>`+opml.String()+`</body></opml>`))
	fmt.Fprintf(&c, "\n[[connectors.feed]]\nname = \"articles\"\nurls = [\"%s/articles/0\"]\nfull_text = true\nlimit = 500\n", s.web)
	for from := 0; from < len(s.lures); from += 20 { // so many pages are fetched a run
		fmt.Fprintf(&c, "\n[[connectors.feed]]\nname = \"pages%d\"\nurls = [\"%s/pages%d/%d\"]\nfull_text = true\n", from, s.web, from, from)
	}
	fmt.Fprintf(&c, "\n[[connectors.ics]]\nname = \"events\"\nurl = \"%s/events\"\n\n[[connectors.hackernews]]\nname = \"hn\"\nbase_url = \"%s/hn\"\nlimit = 200\n", s.web, s.web)
	fmt.Fprintf(&c, "\n[[connectors.dummy]]\nname = \"links\"\npath = %q\nlimit = 500\n", b.file("notes.jsonl", notes.String()))
	return c.String() + mail
}

// letters are mails that lead to lures in headers, parts and pages.
func (s *snare) letters(t testing.TB, m *mailbox, now time.Time) {
	for i := range s.lures {
		u := s.entryFor("mail", i)
		m.mustDeliver(t, "INBOX", fmt.Sprintf("From: Ann <ann@example.org>\nTo: sam@example.org\nSubject: Lure %d\nMessage-ID: <l%d@example.org>\nDate: Tue, 10 Mar 2026 05:00:00 +0100\nList-Unsubscribe: <%s>, <mailto:x@only-an-item.example>\n"+
			"List-Unsubscribe-Post: List-Unsubscribe=One-Click\nList-Archive: <%s>\nArchived-At: <%s>\nX-Image-URL: %s\nOpenPGP: url=%s\nDisposition-Notification-To: a@only-an-item.example\nContent-Location: %s\n"+
			"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n%s\n--b\nContent-Type: message/external-body; access-type=URL; URL=\"%s\"\n\nContent-Type: text/plain\n\n"+
			"--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:m%d\nDTSTAMP:20260310T050000Z\nDTSTART:20260310T100000Z\nSUMMARY:x\nURL:%s\nATTACH:%s\nEND:VEVENT\nEND:VCALENDAR\n--b--\n",
			i, i, u, u, u, u, u, u, markup(u), u, i, u, u), now.Add(-time.Hour))
	}
}

// relay stands before the mail server, and counts.
func (s *snare) relay(t testing.TB, to string) string {
	return serveTCP(t, func(c net.Conn) {
		s.mu.Lock()
		s.asked["mail"]++
		s.mu.Unlock()
		d, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer d.Close()
		go func() { _, _ = io.Copy(d, c) }()
		_, _ = io.Copy(c, d)
	})
}

// hunted runs the program through a snare and gives what was found wrong: connections to canaries, and, where
// strace is, to anything but the two servers, name servers among them.
func (s *snare) hunted(t *testing.T, bin string) (b *box, wrong []string) {
	now := time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC)
	mail := memoryServer(t, "sam", "x")
	m := &mailbox{Client: dialMail(t, mail, "sam", "x")}
	b = newBox(t, "", now)
	if bin != "" {
		b.bin = bin
	}
	s.letters(t, m, now)
	s.mail = s.relay(t, mail)
	host, port, _ := net.SplitHostPort(s.mail)
	b.configure("[brief]\nwords = 3000\n" + s.config(b, fmt.Sprintf("\n[[connectors.imap]]\nname = \"mail\"\nhost = %q\nport = %s\ntls = \"none\"\nusername = \"sam\"\npassword = \"x\"\nsince = \"7d\"\nlimit = 500\n", host, port)))
	at := b.connects("preload")
	if at != nil && (!slices.Contains(at, strings.TrimPrefix(s.web, "http://")) || !slices.Contains(at, s.mail)) {
		wrong = append(wrong, fmt.Sprintf("the trace does not have its own servers: %q", at))
	}
	for _, at := range at {
		if "http://"+at != s.web && at != s.mail {
			wrong = append(wrong, "preload connected to "+at)
		}
	}
	wrong = append(wrong, s.models(b)...)
	wrong = append(wrong, s.openAll(b)...)
	s.settle(t)
	for _, c := range s.caught {
		wrong = append(wrong, "the canary at "+c)
	}
	return b, wrong
}

// models has models asked whose servers send on to lures, with what they were told and a key.
func (s *snare) models(b *box) (wrong []string) {
	was := b.conf
	defer func() { b.conf = was }()
	conf := "[runtime]\n"
	for i := range s.lures {
		for _, kind := range []string{"ollama", "openai"} {
			conf += fmt.Sprintf("[[runtime.model]]\nname = \"%s%d\"\ntype = %q\nbase_url = \"%s/%s-%d\"\nmodel = \"m\"\napi_key = \"canary-of-a-model\"\n", kind, i, kind, s.web, kind, i)
		}
	}
	b.conf = b.file("models.toml", conf)
	for _, at := range b.connects("models", "test") {
		if "http://"+at != s.web {
			wrong = append(wrong, "models test connected to "+at)
		}
	}
	return wrong
}

// settle waits until the canary has seen what came before.
func (s *snare) settle(t testing.TB) {
	for _, l := range s.lures {
		if !strings.HasPrefix(l.form, "http://127.0.0.1:") {
			continue
		}
		addr := strings.TrimPrefix(strings.TrimSuffix(l.form, "%s"), "http://")
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "FENCE\r\n")
		_ = c.Close()
		<-s.fence
		return
	}
	t.Fatal("no lure is the canary's")
}

var connectCall = regexp.MustCompile(`connect\(\d+, \{sa_family=AF_INET6?, (.*)\}`)

// connects runs a command and lists whom it connected to, tried to or asked for a name: nobody where there is no
// strace.
func (b *box) connects(args ...string) []string {
	cmd := b.command(args...)
	strace, err := exec.LookPath("strace")
	if err != nil || runtime.GOOS != "linux" {
		b.t.Log("skipped: no strace: connections to where no canary listens are not seen")
		_, _ = cmd.CombinedOutput()
		return nil
	}
	file := filepath.Join(b.t.TempDir(), "trace")
	wrapped := exec.CommandContext(b.t.Context(), strace, append([]string{"-f", "-qq", "--seccomp-bpf", "-e", "trace=connect", "-o", file}, cmd.Args...)...)
	wrapped.Env, wrapped.Dir = cmd.Env, cmd.Dir
	out, _ := wrapped.CombinedOutput()
	text, err := os.ReadFile(file)
	if err != nil || len(text) == 0 {
		b.t.Logf("skipped: strace may not trace here: %v %s", err, tail(string(out), 500))
		return nil
	}
	var at []string
	field := func(s, re string) string {
		m := regexp.MustCompile(re).FindStringSubmatch(s)
		if m == nil {
			return ""
		}
		return m[1]
	}
	for _, m := range connectCall.FindAllStringSubmatch(string(text), -1) {
		ip := field(m[1], `inet_addr\("([^"]*)"`) + field(m[1], `AF_INET6, "([^"]*)"`)
		at = append(at, net.JoinHostPort(ip, field(m[1], `sin6?_port=htons\((\d+)\)`)))
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// openAll has every lure opened by an opener that only writes down what it was given.
func (s *snare) openAll(b *box) (wrong []string) {
	if runtime.GOOS != "linux" {
		return nil
	}
	bin := filepath.Dir(b.file("bin/xdg-open", "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\"; done >>\"$HOME/opened\"\n"))
	if err := os.Chmod(filepath.Join(bin, "xdg-open"), 0o700); err != nil { //nolint:gosec // a program
		b.t.Fatal(err)
	}
	was := b.env
	b.env = append(slices.Clone(was), "PATH="+bin+":"+os.Getenv("PATH"))
	defer func() { b.env = was }()
	runs := 0
	for i := range s.lures {
		if r := b.run("open", fmt.Sprint("note:links:lure", i)); r.code == 0 {
			runs++
		} else if !strings.Contains(r.err, "has no link") {
			wrong = append(wrong, fmt.Sprintf("open %s: exit %d: %s", s.lures[i].form, r.code, r.err))
		}
	}
	text, _ := os.ReadFile(filepath.Join(b.dir, "opened"))
	links := strings.Fields(string(text))
	if runs == 0 || len(links) != runs {
		wrong = append(wrong, fmt.Sprintf("%d were opened, the opener was given %d words", runs, len(links)))
	}
	for _, l := range links {
		if !regexp.MustCompile(`^https?://[a-z0-9.:\[\]-]+/[!-~]*$`).MatchString(l) {
			wrong = append(wrong, "opened "+l)
		}
	}
	return wrong
}

// ledger compares what `doctor --egress` says with what the servers counted.
func (s *snare) ledger(b *box) (wrong []string) {
	text := b.must(0, "doctor", "--egress", "--json")
	var list struct{ Egress []minutes.Departure }
	b.decode(text, &list)
	told := map[string]int{}
	for _, d := range list.Egress {
		if kind, isModel := strings.CutPrefix(d.Source, "model "); isModel { // "model ollama7", "model openai7"
			d.Source = kind[:len("ollama")] + "-" + kind[len("ollama"):]
		}
		told[d.Source] += int(d.Count)
		private := !regexp.MustCompile(`^(list|feed|feedfour|articles|pages|hn|ollama|openai)`).MatchString(d.Source)
		if d.Host != "127.0.0.1" || d.Run != b.now.UTC().Format(time.RFC3339) || private != (d.Class == minutes.Private) {
			wrong = append(wrong, fmt.Sprintf("the ledger has %+v", d))
		}
	}
	if d := difference(asJSON(b.t, s.asked), asJSON(b.t, told)); d != "" {
		wrong = append(wrong, "servers (-) and ledger (+) differ: "+d)
	}
	for _, out := range []string{text, b.must(0, "doctor", "--egress")} {
		for _, word := range []string{"caught", "hop", "basic.ics", "latitude", "symbol", "canary", "only-an-item", s.web} {
			if strings.Contains(out, word) {
				wrong = append(wrong, "the ledger tells of "+word)
			}
		}
	}
	return wrong
}

// TestE2EEgressNoURLLeadsWhereItShouldNot sends the program to hostile addresses by every way in which one comes
// from outside. The canaries see nobody, no name of an item is looked up, the opener is given links to the web
// alone, and the ledger counts what the servers did.
func TestE2EEgressNoURLLeadsWhereItShouldNot(t *testing.T) {
	t.Parallel()
	s := setSnare(t, size(8, 60, 200), false)
	b, wrong := s.hunted(t, "")
	n := len(wrong)
	for _, w := range append(wrong, s.ledger(b)...) {
		t.Error(w)
	}
	if len(s.queries) == 0 || !strings.Contains(s.queries[0], "latitude=53.55&") || !strings.Contains(s.queries[0], "longitude=9.99&") {
		t.Errorf("the weather was asked with %.300q", s.queries)
	}
	single, joint := waysIn()
	for _, e := range append(single, joint...) { // each was gone through
		if e != "opml" && e != "links" && !slices.ContainsFunc(slices.Collect(maps.Keys(s.asked)), func(k string) bool { return strings.HasPrefix(k, e) }) {
			t.Errorf("%s was never asked", e)
		}
	}
	t.Logf("egress: %d URLs × %d entry points, %d connections to where they should not go", len(s.lures), len(single)+len(joint)+1, n)
}

// The positive control: without the check of the address, and with pages of any site fetched, canaries are
// reached from every way that the program goes by itself.
func TestE2EEgressGoesRedWithoutItsCheck(t *testing.T) {
	if !long() {
		t.Skip("the long form builds a program without its check")
	}
	t.Parallel()
	s := setSnare(t, 20, true)
	s.hunted(t, mutant(t, change{"cmd/minutes/egress/egress.go", "b := &Broker{o: o, blocks: blocks()}", "b := &Broker{o: o, blocks: blocks(), open: true}"},
		change{"connectors/feed/fulltext.go", "!sameSite(it.URL, it.Article.FeedURL)", "false"}))
	reached := map[string]int{}
	for _, c := range s.caught {
		for _, f := range regexp.MustCompile(`/caught/([a-z]+)`).FindAllStringSubmatch(c, 1) {
			reached[f[1]]++
		}
	}
	for _, e := range []string{"feed", "feedfour", "opml", "articles", "pages", "calendar", "place", "point", "shares", "keyed", "notes", "list"} {
		if reached[e] == 0 {
			t.Errorf("nothing came from %s: %v", e, reached)
		}
	}
	t.Logf("without the check: %d connections, %v", len(s.caught), reached)
}

// TestE2EEgressNothingElseIsLinkedIn looks into the built program, libraries and all, for the functions of the
// standard library and of those libraries that connect by themselves. The linker leaves out what nobody calls.
func TestE2EEgressNothingElseIsLinkedIn(t *testing.T) {
	if !long() || runtime.GOOS != "linux" {
		t.Skip("the long form builds the program once more, on Linux")
	}
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "tool", "nm", mutant(t)).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), " net.(*Dialer).DialContext\n") {
		t.Fatal("the broker's own dialer is not seen: this test looks wrongly")
	}
	known := map[string]string{"net.Dial": "the keyring, by the session's bus: a socket of this machine that the environment names"}
	ways := regexp.MustCompile(`(?m) T ((?:net/http\.(?:Get|Head|Post|PostForm)|net\.(?:Dial\w*|Lookup\w+|ListenPacket|ListenUDP)|crypto/tls\.Dial\w*|net/smtp\.\w+|` +
		`net/http\.\(\*Client\)\.(?:Get|Head|Post|PostForm)|\S*\.(?:FromURL|ClientFromEnvironment)|\S*imapclient\.Dial\w*|\S*ssh\.Dial))$`)
	for _, m := range ways.FindAllStringSubmatch(string(out), -1) {
		if known[m[1]] == "" {
			t.Errorf("%s is in the program: something connects past the broker", m[1])
		}
	}
	if strings.Contains(string(out), " net/http.DefaultClient\n") {
		t.Error("something uses net/http's own client")
	}
}
