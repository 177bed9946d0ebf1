package render

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// nasty is what an enemy would put into every field.
const nasty = "a\x1b]0;pwned\x07\x1b[2J\u202egnp\u009b31m<script>alert(1)</script>[x](javascript:alert(1))![i](http://evil.example/p.gif)\r\n# h"

func sample() minutes.Brief {
	zone := time.FixedZone("CET", 3600)
	at := time.Date(2026, 3, 10, 7, 0, 0, 0, zone)
	due := at.Add(5 * time.Hour)
	n := minutes.Clean(nasty)
	claim := minutes.Claim{ID: "c1", Text: n, Items: []string{"feed:1"}, Evidence: []minutes.Evidence{{Item: "feed:1", Quote: n}}, Engine: minutes.EngineExtract}
	it := minutes.Scored{Item: minutes.Item{ID: "feed:1", Kind: minutes.KindArticle, Source: "news", Title: n, Excerpt: n, Author: n, At: at, Tags: []string{}, URL: "https://xn--e1afmkfd.example/p", Article: &minutes.Article{Feed: n}},
		Score: 0.5, Why: []minutes.Part{{Label: n, Delta: 0.5}}, Also: []string{}}
	return minutes.Brief{Schema: "minutes.brief/v1", Day: "2026-03-10", Timezone: "Europe/Berlin", GeneratedAt: at, ExpiresAt: at.Add(time.Hour), ReadingSeconds: 120,
		Engine: minutes.Composer{Composer: "extractive", Fallbacks: []minutes.Fallback{}},
		TLDR:   []minutes.Claim{claim, claim, claim}, Summary: []minutes.Claim{claim}, Insights: []minutes.Claim{claim},
		Agenda:   []minutes.AgendaEntry{{Item: "event:1", Start: at.Add(3 * time.Hour), End: at.Add(4 * time.Hour), Title: n, Location: n, Conflicts: []string{"event:1"}, Prepare: &claim}},
		Actions:  []minutes.Action{{ID: "a1", Text: n, Owner: "me", Due: &due, Item: "feed:1", Evidence: claim.Evidence, Status: "open", Since: at}},
		Sections: []minutes.Section{{Kind: "news", Items: []minutes.Scored{it}, Lines: []minutes.Claim{claim}, LeftOut: 2, Why: n}},
		Changes:  minutes.Changes{New: []string{"feed:1"}, Changed: []string{}, Resolved: []string{}, StillOpen: []string{}},
		Sources:  []minutes.SourceStatus{{Name: "news", Kind: "feed", Status: "failed", Error: n, Hint: n, Rejected: []minutes.Rejection{{Source: "news", Item: n, Reason: n, Next: n}}}}}
}

func formats(t *testing.T, b minutes.Brief) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, f := range map[string]func(*bytes.Buffer) error{
		"plain": func(w *bytes.Buffer) error { return Plain(w, b, Options{Width: 80, Hours: 24}) },
		"terminal": func(w *bytes.Buffer) error {
			return Plain(w, b, Options{Width: 60, Hours: 12, Color: true, Links: true})
		},
		"markdown": func(w *bytes.Buffer) error { return Markdown(w, b, Options{Hours: 24}) },
		"html":     func(w *bytes.Buffer) error { return HTML(w, b, Options{Hours: 24}) },
		"items": func(w *bytes.Buffer) error {
			return Items(w, b.Sections[0].Items, Options{Width: 80, Hours: 24, Now: b.GeneratedAt})
		},
		"item": func(w *bytes.Buffer) error {
			return Item(w, b.Sections[0].Items[0].Item, nil, Options{Width: 80, Now: b.GeneratedAt})
		},
		"why": func(w *bytes.Buffer) error { return WhyText(w, b.Sections[0].Items[0], nil, Options{Width: 80}) },
		"actions": func(w *bytes.Buffer) error {
			return Actions(w, b.Actions, Options{Width: 80, Hours: 24, Now: b.GeneratedAt})
		},
		"sources": func(w *bytes.Buffer) error { return Sources(w, b.Sources, Options{Width: 80, Now: b.GeneratedAt}) },
		"json":    func(w *bytes.Buffer) error { return JSON(w, b) },
	} {
		var w bytes.Buffer
		if err := f(&w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = w.String()
	}
	return out
}

func TestNothingFromOutsideCommandsATerminalAPageOrAReader(t *testing.T) {
	for name, out := range formats(t, sample()) {
		stripped := out
		if name == "terminal" {
			stripped = ansi.Strip(out) // our own styles and links; what is left must be harmless
		}
		for _, r := range stripped {
			if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f || r == 0x202e {
				t.Errorf("%s: %U in the output", name, r)
				break
			}
		}
		if strings.Contains(out, "\x1b]0") || strings.Contains(out, "\x1b[2J") {
			t.Errorf("%s: a sequence from outside survived", name)
		}
	}
	page := formats(t, sample())["html"]
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, `href="javascript`) {
		t.Error("html: markup from outside survived")
	}
	md := regexp.MustCompile(`\\.`).ReplaceAllString(formats(t, sample())["markdown"], "") // what is escaped means nothing
	if strings.Contains(md, "](javascript") || strings.Contains(md, "![i") || strings.Contains(md, "http://evil") || strings.Contains(md, "<script") {
		t.Errorf("markdown: a link or markup from outside survived:\n%s", md)
	}
}

func TestEveryPartOfABriefIsInEveryFormat(t *testing.T) {
	b := sample()
	for i, field := range []*minutes.Safe{&b.TLDR[0].Text, &b.Summary[0].Text, &b.Insights[0].Text, &b.Agenda[0].Title, &b.Actions[0].Text, &b.Sections[0].Lines[0].Text, &b.Sources[0].Error, &b.Sections[0].Why} {
		*field = minutes.Clean("mark" + string(rune('A'+i)))
	}
	for _, name := range []string{"plain", "terminal", "markdown", "html", "json"} {
		out := formats(t, b)[name]
		for i := range 8 {
			if mark := "mark" + string(rune('A'+i)); !strings.Contains(out, mark) {
				t.Errorf("%s: %s is missing", name, mark)
			}
		}
	}
}

func TestNoPlainLineIsWiderThanAsked(t *testing.T) {
	b := sample()
	b.TLDR[0].Text = minutes.Clean(strings.Repeat("wide 日本語 words ", 30))
	for _, width := range []int{40, 80, 100} {
		var w bytes.Buffer
		if err := Plain(&w, b, Options{Width: width, Hours: 24, Color: true}); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(w.String()) {
			if n := ansi.StringWidth(strings.TrimRight(l, "\n")); n > width {
				t.Errorf("%d cells at width %d: %q", n, width, l)
			}
		}
	}
}

func TestAFigureKeepsItsUnitOnItsLine(t *testing.T) {
	b := sample()
	b.TLDR[0].Text = minutes.Clean(strings.Repeat("4 °C 85 % ", 40))
	for width := 30; width < 60; width++ {
		var w bytes.Buffer
		if err := Plain(&w, b, Options{Width: width, Hours: 24}); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(w.String()) {
			if l = strings.TrimSpace(l); strings.HasPrefix(l, "%") || strings.HasPrefix(l, "°") {
				t.Fatalf("width %d: %q", width, l)
			}
		}
		if strings.ContainsRune(w.String(), 0xa0) {
			t.Fatal("the glue is printed")
		}
	}
}

func TestWhatIsPrintedMeetsItsSchema(t *testing.T) {
	b := sample()
	out := formats(t, b)
	if err := Validate("brief", []byte(out["json"])); err != nil {
		t.Error(err)
	}
	for name, list := range map[string]any{"items": b.Sections[0].Items, "actions": b.Actions, "sources": b.Sources, "feedback": []minutes.Judgement(nil),
		"search": []minutes.Hit{{Item: b.Sections[0].Items[0].Item}}, "doctor": []Finding{{Check: "clock", OK: true}}} {
		var w bytes.Buffer
		if err := List(&w, name, list); err != nil {
			t.Fatal(err)
		}
		if err := Validate(name, w.Bytes()); err != nil {
			t.Error(err)
		}
		if strings.Contains(w.String(), "null") && name == "feedback" {
			t.Errorf("an empty list prints as %s", w.String())
		}
	}
	var w bytes.Buffer
	if err := Show(&w, b.Sections[0].Items[0]); err != nil {
		t.Fatal(err)
	}
	if err := Validate("item", w.Bytes()); err != nil {
		t.Error(err)
	}
	w.Reset()
	if err := Why(&w, b.Sections[0].Items[0]); err != nil {
		t.Fatal(err)
	}
	if err := Validate("why", w.Bytes()); err != nil {
		t.Error(err)
	}
}

func TestASchemaCatchesWhatIsWrong(t *testing.T) {
	b := sample()
	b.TLDR = b.TLDR[:2]
	bad, _ := json.Marshal(b)
	if Validate("brief", bad) == nil {
		t.Error("a brief with two lines passed")
	}
	if Validate("items", []byte(`{"schema":"minutes.items/v2","items":[]}`)) == nil {
		t.Error("another version passed")
	}
	if Validate("items", []byte(`{"schema":"minutes.items/v1","items":null}`)) == nil {
		t.Error("a null list passed")
	}
	if _, err := Schema("nonsense"); err == nil {
		t.Error("a schema that is not there")
	}
	for _, n := range Names() {
		if _, err := Schema(n); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
}

func TestALinkShowsItsHostInPunycode(t *testing.T) {
	if h := Host("https://www.пример.example/x"); h != "xn--e1afmkfd.example" {
		t.Errorf("host %q", h)
	}
	for _, link := range []string{"https://раypal_x.example/", "https://xn--\u0430.example", "https://a\u0301\u0301.example", "https://аpple..example:99", "https://\u05d0\u0661a1.example/", "https://" + strings.Repeat("ä", 80) + ".example"} {
		if h := Host(link); h == "" || strings.ContainsFunc(h, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%s: host %q", link, h)
		}
	}
	if Host("javascript:alert(1)") != "" {
		t.Error("a host of what is no link")
	}
}
