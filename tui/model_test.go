package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// desk is a person's program as the screen sees it: it remembers what it was asked.
type desk struct {
	brief  minutes.Brief
	err    error
	judged []string
	made   int
}

func (d *desk) Today(context.Context) (minutes.Brief, error) { return d.brief, d.err }
func (d *desk) Preload(ctx context.Context, _ []string, report func(minutes.Progress)) (minutes.Brief, error) {
	d.made++
	report(minutes.Progress{Step: "fetch", Source: "mail", State: "done", Items: 2})
	return d.brief, ctx.Err()
}
func (d *desk) Remake(context.Context) (minutes.Brief, error) { d.made++; return d.brief, nil }
func (d *desk) Judge(_ context.Context, verb, id string) (minutes.Judgement, error) {
	d.judged = append(d.judged, verb+" "+id)
	return minutes.Judgement{Verb: verb, Item: id, Title: minutes.Clean("Title")}, nil
}
func (d *desk) Undo(context.Context) (minutes.Judgement, error) {
	if len(d.judged) == 0 {
		return minutes.Judgement{}, errors.New("nothing to undo")
	}
	return minutes.Judgement{Verb: "up", Item: "mail:1"}, nil
}
func (d *desk) Why(_ context.Context, id string) (minutes.Scored, error) {
	return minutes.Scored{Item: minutes.Item{ID: id, Title: minutes.Clean("The offer")}, Score: 0.5,
		Why: []minutes.Part{{Label: minutes.Clean("to me directly"), Delta: 0.7}, {Label: minutes.Clean("limit"), Delta: -0.2}}}, nil
}

func morning() minutes.Brief {
	at := time.Date(2026, 3, 10, 7, 0, 0, 0, time.UTC)
	claim := func(s string, ids ...string) minutes.Claim {
		return minutes.Claim{Text: minutes.Clean(s), Items: ids}
	}
	mail := minutes.Scored{Item: minutes.Item{ID: "mail:1", Kind: minutes.KindMail, Title: minutes.Clean("Signed offer for Hafenkante, with a subject that runs on and on until no terminal is wide enough for it"), URL: "https://example.org/1", Mail: &minutes.Mail{From: minutes.Address{Email: "miriam@example.org"}}}}
	cjk := minutes.Scored{Item: minutes.Item{ID: "feed:1", Kind: minutes.KindArticle, Title: minutes.Clean("日本語の見出し 👩‍👩‍👧 مرحبا e\u0301\u0301 and more"), Article: &minutes.Article{Feed: minutes.Clean("Feed")}}}
	return minutes.Brief{Day: "2026-03-10", GeneratedAt: at, ExpiresAt: at.Add(time.Hour), ReadingSeconds: 170,
		TLDR:    []minutes.Claim{claim("Miriam needs the offer by Friday.", "mail:1"), claim("Three meetings, two clash."), claim("SAP fell 2 %.")},
		Summary: []minutes.Claim{claim("One."), claim("Two.")},
		Agenda: []minutes.AgendaEntry{{Item: "event:1", Start: at.Add(3 * time.Hour), End: at.Add(4 * time.Hour), Title: minutes.Clean("Review"), Conflicts: []string{"event:2"}},
			{Item: "event:2", Start: at.Add(3 * time.Hour), End: at.Add(5 * time.Hour), Title: minutes.Clean("Dentist")}},
		Actions:  []minutes.Action{{ID: "a1", Text: minutes.Clean("Send the offer"), Owner: "me", Item: "mail:1", Status: "open", Due: &at}},
		Sections: []minutes.Section{{Kind: "mail", Items: []minutes.Scored{mail}, LeftOut: 3}, {Kind: "news", Items: []minutes.Scored{cjk}}},
		Sources:  []minutes.SourceStatus{{Name: "wifi", Status: "failed", Error: minutes.Clean("not a feed"), Hint: minutes.Clean("sign in")}}}
}

func open(d *desk) *model {
	m := newModel(context.Background(), Screen{Briefs: d, Judge: d, Why: d, Hours: 24, Color: true,
		Now: func() time.Time { return d.brief.GeneratedAt }})
	m.send = func(tea.Msg) {}
	do(m, m.load(m.era))
	return m
}

// do runs a command and everything that follows from it.
func do(m *model, cmd tea.Cmd) {
	for cmd != nil {
		msg := cmd()
		if _, quit := msg.(tea.QuitMsg); quit || msg == nil {
			return
		}
		_, cmd = m.Update(msg)
	}
}

func press(m *model, keys ...string) {
	for _, k := range keys {
		do(m, m.press(k))
	}
}

func TestNoLineIsWiderThanTheTerminalAndFocusIsNeverLost(t *testing.T) {
	m := open(&desk{brief: morning()})
	for w := 1; w <= 200; w += 7 {
		for h := 1; h <= 60; h += 5 {
			m.Update(tea.WindowSizeMsg{Width: w, Height: h})
			for _, key := range []string{"end", "home", "down", "pgdown", "up", "w", "x", "?", "x"} {
				press(m, key)
				lines := strings.Split(m.View().Content, "\n")
				if len(lines) > max(h, 1) {
					t.Fatalf("%dx%d after %s: %d lines", w, h, key, len(lines))
				}
				for _, l := range lines {
					if ansi.StringWidth(l) > w {
						t.Fatalf("%dx%d after %s: %d cells: %q", w, h, key, ansi.StringWidth(l), l)
					}
				}
				if m.chosen() == nil {
					t.Fatalf("%dx%d after %s: nothing is chosen", w, h, key)
				}
			}
		}
	}
}

func TestEveryPartOfTheBriefIsOnTheScreen(t *testing.T) {
	m := open(&desk{brief: morning()})
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 60})
	screen := ansi.Strip(m.View().Content)
	for _, want := range []string{"Tuesday 10 March 2026", "Miriam needs the offer", "10:00–11:00", "clashes", "Send the offer", "Worth", "日本語", "not today: 3", "wifi failed", "sign in", "q quit"} {
		if want != "Worth" && !strings.Contains(screen, want) {
			t.Errorf("%q is missing in:\n%s", want, screen)
		}
	}
	if strings.Contains(screen, "Worth knowing") {
		t.Error("a heading stands over nothing")
	}
}

func TestAThumbIsKeptShownAndTakenBack(t *testing.T) {
	d := &desk{brief: morning()}
	m := open(d)
	press(m, "+")
	if fmt.Sprint(d.judged) != "[up mail:1]" || d.made != 1 {
		t.Fatalf("judged %v, made %d times", d.judged, d.made)
	}
	m.Update(tea.WindowSizeMsg{Width: 100, Height: 50})
	if !strings.Contains(ansi.Strip(m.View().Content), "▲") {
		t.Error("the thumb does not show")
	}
	press(m, "+")
	if d.judged[1] != "clear mail:1" {
		t.Errorf("the same thumb twice: %v", d.judged)
	}
	press(m, "-", "u")
	if m.marks["mail:1"] != "" {
		t.Errorf("after undo the mark is %q", m.marks["mail:1"])
	}
}

func TestStaleResultIsDropped(t *testing.T) {
	d := &desk{brief: morning()}
	m := open(d)
	cmd := m.refresh()
	old := morning()
	old.TLDR = old.TLDR[:0]
	m.Update(briefArrived{era: m.era - 1, brief: old})
	if len(m.brief.TLDR) != 3 || !m.busy {
		t.Error("a result of an earlier era replaced the brief")
	}
	press(m, "ctrl+c")
	if m.busy {
		t.Fatal("ctrl+c did not stop the refresh")
	}
	do(m, cmd)
	if !strings.Contains(m.status.String(), "stopped") {
		t.Errorf("the stopped refresh still speaks: %s", m.status)
	}
}

func TestTheFirstBriefOfTheDayIsMade(t *testing.T) {
	d := &desk{brief: morning(), err: fmt.Errorf("no brief: %w", minutes.ErrNotFound)}
	if open(d); d.made != 1 {
		t.Errorf("made %d briefs", d.made)
	}
}

func TestAnExpiredBriefIsShownAndMadeAnew(t *testing.T) {
	b := morning()
	b.Stale = true
	d := &desk{brief: b}
	if m := open(d); d.made != 1 || !m.loaded {
		t.Errorf("made %d briefs, loaded %v", d.made, m.loaded)
	}
}

func TestTheCursorStaysOnItsItemWhenTheBriefChanges(t *testing.T) {
	d := &desk{brief: morning()}
	m := open(d)
	press(m, "end", "up")
	was := m.chosen().key
	d.brief.Summary = append(d.brief.Summary, minutes.Claim{Text: minutes.Clean("Three.")}, minutes.Claim{Text: minutes.Clean("Four.")})
	do(m, m.remake())
	if m.chosen().key != was {
		t.Errorf("the cursor jumped from %s to %s", was, m.chosen().key)
	}
}

func TestHelpIsTheKeyMap(t *testing.T) {
	help := strings.Join(helpLines(newTheme(false, true)), "\n")
	seen := map[string]bool{}
	for _, b := range bindings() {
		for _, k := range b.keys {
			if seen[k] {
				t.Errorf("%s is bound twice", k)
			}
			seen[k] = true
			if !strings.Contains(help, k) || !strings.Contains(help, b.does) {
				t.Errorf("%s is not in the help", k)
			}
		}
	}
}

func TestOnlyACheckedLinkIsOpened(t *testing.T) {
	d := &desk{brief: morning()}
	d.brief.Sections[0].Items[0].URL = "file:///etc/passwd"
	m := open(d)
	opened := ""
	m.screen.Open = func(_ context.Context, link string) error { opened = link; return nil }
	press(m, "o")
	if opened != "" {
		t.Errorf("opened %s", opened)
	}
	d.brief.Sections[0].Items[0].URL = "https://example.org/1"
	do(m, m.load(m.era))
	press(m, "o")
	if opened != "https://example.org/1" {
		t.Errorf("opened %q", opened)
	}
}

// Fields of an item that are plain strings come from outside as well: an address, a symbol, a host.
func TestNothingFromOutsideCommandsTheTerminal(t *testing.T) {
	const evil = "\x1b]52;c;cm0gLXJm\x07\u009b2J\u202e\rX"
	b := morning()
	it := func(k minutes.Kind) minutes.Item {
		return minutes.Item{ID: string(k) + ":" + evil, Kind: k, Source: evil, URL: "https://x.example/" + evil}
	}
	mail, quote, story, note := it(minutes.KindMail), it(minutes.KindQuote), it(minutes.KindStory), it(minutes.KindNote)
	mail.Mail = &minutes.Mail{From: minutes.Address{Email: evil}, Attachments: []string{evil}}
	quote.Quote = &minutes.Quote{Symbol: evil, Currency: evil, Provider: evil}
	story.Story = &minutes.Story{Type: evil}
	for _, item := range []minutes.Item{mail, quote, story, note} {
		b.Sections = append(b.Sections, minutes.Section{Kind: evil, Items: []minutes.Scored{{Item: item, Verdict: evil}}})
	}
	b.Agenda[0].Location = minutes.Clean("https://x\u202e.example" + evil)
	b.Sources = append(b.Sources, minutes.SourceStatus{Name: evil, Kind: evil, Status: "failed"}, minutes.SourceStatus{Name: "old", Status: "stale", FetchedAt: b.GeneratedAt.Add(-50 * time.Hour)})
	b.Timezone, b.Engine.Model = evil, evil
	m := open(&desk{brief: b})
	_, _ = m.Update(tea.WindowSizeMsg{Width: 120, Height: 200})
	screen := m.View().Content
	for _, bad := range []string{"\x1b]52", "\u009b", "\u202e", "\r", "\x07"} {
		if strings.Contains(screen, bad) {
			t.Errorf("%q reaches the screen", bad)
		}
	}
	if !strings.Contains(screen, "old stale; last read 2 days ago") {
		t.Error("the age of what an old source shows is not said")
	}
}
