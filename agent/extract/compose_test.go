package extract

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/agent/agenttest"
)

func TestNothingToSayIsSaidPlainly(t *testing.T) {
	b := Compose(morning(t), Input{})
	for i, want := range []string{"No urgent mail today", "No events today", "No market news today"} {
		if c := b.TLDR[i]; c.Text.String() != want || !c.Empty || len(c.Evidence) > 0 {
			t.Errorf("slot %d: %+v", i, c)
		}
	}
	if len(b.TLDR) != 3 || len(b.Summary) != 0 || b.Agenda == nil || b.Actions == nil {
		t.Errorf("%+v", b)
	}
}

func TestAFailedCalendarIsNoEmptyDay(t *testing.T) {
	two := Input{Sources: []minutes.SourceStatus{{Name: "home", Kind: "ics", Status: "ok"}, {Name: "work", Kind: "ics", Status: "failed"}}}
	if got := Compose(morning(t), two).TLDR[1].Text.String(); got == "No events today" {
		t.Error("one calendar of two failed, and the day is said to be empty")
	}
	for kind, want := range map[string]string{"failed": "Calendar could not be read today", "partial": "No events today"} {
		in := Input{Sources: []minutes.SourceStatus{{Name: "c", Kind: "ics", Status: kind}}}
		if got := Compose(morning(t), in).TLDR[1].Text.String(); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
}

func event(t testing.TB, id string, from, to time.Duration) minutes.Item {
	t.Helper()
	day := midnight(morning(t).Now)
	return minutes.Item{ID: "event:" + id, Kind: minutes.KindEvent, Source: "cal", Title: minutes.Clean("Meeting " + id), At: day.Add(from),
		Private: true, Event: &minutes.Event{UID: id, Start: day.Add(from), End: day.Add(to), Status: "confirmed"}}
}

func TestTheAgendaIsTodaysAndKnowsItsConflicts(t *testing.T) {
	h := time.Hour
	all := event(t, "all", 0, 24*h)
	all.Event.AllDay = true
	free := event(t, "free", 10*h, 12*h)
	free.Event.Free = true
	declined, cancelled := event(t, "declined", 10*h, 12*h), event(t, "cancelled", 10*h, 12*h)
	declined.Event.MyStatus, cancelled.Event.Status = "declined", "cancelled"
	stranger := event(t, "stranger", 10*h, 12*h)
	stranger.Event.MyStatus, stranger.Event.Organizer = "needs-action", minutes.Address{Email: "x@evil.example"}
	twin := event(t, "b", 10*h, 11*h)
	twin.ID, twin.Source = "event:b2", "other"
	b := Compose(morning(t), input(t, event(t, "c", 11*h, 12*h), event(t, "b", 10*h, 11*h), twin, event(t, "a", 10*h+30*time.Minute, 11*h),
		free, declined, cancelled, stranger, all, event(t, "tomorrow", 34*h, 35*h), event(t, "over", -20*h, -19*h)))
	var got []string
	for _, a := range b.Agenda {
		got = append(got, fmt.Sprint(a.Item, a.Conflicts))
	}
	want := []string{"event:all[]", "event:b[event:a]", "event:free[]", "event:a[event:b]", "event:c[]"}
	if !slices.Equal(got, want) {
		t.Errorf("agenda %v\nwant   %v", got, want)
	}
}

// composed is a morning's draft, ranked as its file has it.
func composed(w agenttest.Morning, shuffle uint64) minutes.Brief {
	items, mine := w.Candidates()
	in := Input{Sent: mine, Open: w.Open, Before: w.Before, Sources: w.Sources}
	for i, it := range items {
		in.Ranked = append(in.Ranked, minutes.Scored{Item: it, Score: 1 - float64(i)/100})
	}
	if shuffle > 0 {
		rng := rand.New(rand.NewPCG(shuffle, 1))
		rng.Shuffle(len(in.Sent), func(i, j int) { in.Sent[i], in.Sent[j] = in.Sent[j], in.Sent[i] })
	}
	return Compose(w.Morning, in)
}

func TestTheSameMorningGivesTheSameBrief(t *testing.T) {
	all, err := agenttest.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		first := composed(w, 0)
		for n := range uint64(4) {
			if again := composed(w, n); !reflect.DeepEqual(first, again) {
				t.Errorf("%s: run %d differs", w.Name, n)
			}
		}
	}
}

func TestEveryMorningKeepsTheForm(t *testing.T) {
	all, err := agenttest.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		b := composed(w, 0)
		if len(b.TLDR) != 3 || len(b.Summary) > 6 || len(b.Insights) > 5 || Words(b) > w.Morning.Words || b.ReadingSeconds <= 0 {
			t.Errorf("%s: %d, %d, %d claims; %d words", w.Name, len(b.TLDR), len(b.Summary), len(b.Insights), Words(b))
		}
		seen := map[string]bool{}
		for _, c := range slices.Concat(b.TLDR, b.Summary, b.Insights) {
			key := fold(c.Text.String())
			if seen[key] || c.ID == "" || len(strings.Fields(c.Text.String())) > 35 || !c.Empty && len(c.Evidence) == 0 {
				t.Errorf("%s: %+v", w.Name, c)
			}
			seen[key] = true
		}
		for _, s := range b.Sections {
			if len(s.Lines) != len(s.Items) || s.LeftOut > 0 && s.Why.Empty() {
				t.Errorf("%s: section %s has %d items, %d lines, left out %d: %s", w.Name, s.Kind, len(s.Items), len(s.Lines), s.LeftOut, s.Why)
			}
		}
	}
}

func TestASmallBudgetIsKept(t *testing.T) {
	all, err := agenttest.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		w.Morning.Words = 450
		if n := Words(composed(w, 0)); n > 450 {
			t.Errorf("%s: %d words of 450", w.Name, n)
		}
	}
}

func TestChangesAreSinceTheBriefBefore(t *testing.T) {
	h := time.Hour
	m := morning(t)
	moved, same, gone := event(t, "moved", 10*h, 11*h), event(t, "same", 12*h, 13*h), event(t, "gone", 14*h, 15*h)
	was := moved
	e := *moved.Event
	e.Start, e.End = e.Start.Add(-h), e.End.Add(-h)
	was.Event = &e
	gone.Event.Status = "cancelled"
	ask := mail(t, "a", "t", 30, "Could you send me the numbers by Friday?")
	in := input(t, moved, same, gone, ask)
	open := Actions(m, input(t, ask))
	in.Open = open
	in.Before = &minutes.Brief{Day: "2026-11-24", GeneratedAt: m.Now.Add(-24 * h), Actions: open,
		Sections: []minutes.Section{{Kind: "calendar", Items: []minutes.Scored{{Item: was}, {Item: same}, {Item: gone}}}}}
	c := Compose(m, in).Changes
	if !slices.Equal(c.Changed, []string{"event:moved"}) || !slices.Contains(c.New, "mail:a") || slices.Contains(c.New, "event:same") ||
		!slices.Equal(c.Resolved, []string{"event:gone"}) || !slices.Equal(c.StillOpen, []string{open[0].ID}) {
		t.Errorf("%+v", c)
	}
	in.Sent = append(in.Sent, sent(t, "r", "t", 2, "Here they are."))
	if c := Compose(m, in).Changes; !slices.Contains(c.Resolved, open[0].ID) || len(c.StillOpen) > 0 {
		t.Errorf("answered: %+v", c)
	}
}

func FuzzCompose(f *testing.F) {
	for _, s := range []string{"Could you send me the numbers by Friday?", "Hi Sam,\n\n“x” … — please , , tell me by 25:99", "> a\n>b\n\nMit freundlichen Grüßen", "\x00\n\n–\n“”?!. \u202e¿puedes? ¡"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, title, body string) {
		it := mail(t, "a", "t", 14, body)
		it.Title = minutes.CleanLine(title)
		e := event(t, "e", 10*time.Hour, 11*time.Hour)
		e.Title, e.Event.Location = it.Title, minutes.CleanLine(body)
		e.Event.Organizer = it.Mail.From
		s := sent(t, "s", "q", 40, body)
		q := minutes.Item{ID: "feed:1", Kind: minutes.KindArticle, Title: it.Title, Excerpt: minutes.Clean(body), Article: &minutes.Article{}}
		// Whoever writes a text may write it into every field there is.
		line := minutes.CleanLine(title)
		it.Mail.From.Name, it.Mail.Attachments = line, []string{line.String()}
		e.Event.Attendees = []minutes.Address{{Name: line, Email: "a@example.org"}}
		h := minutes.Item{ID: "hn:1", Kind: minutes.KindStory, Title: minutes.CleanLine(body), Excerpt: minutes.Clean(title), Author: line, Story: &minutes.Story{Points: 90}}
		w := minutes.Item{ID: "forecast:1", Kind: minutes.KindForecast, Title: line, Forecast: &minutes.Forecast{Place: line, Advice: line, Alerts: []minutes.Safe{line}}}
		p := minutes.Item{ID: "quote:1", Kind: minutes.KindQuote, Title: line, Quote: &minutes.Quote{Symbol: "X", Name: line, Price: 2, PreviousClose: 1, Change: 1, ChangePercent: 100, Currency: "EUR"}}
		b := Compose(morning(t), input(t, it, e, s, q, h, w, p))
		if len(b.TLDR) != 3 {
			t.Fatalf("%d slots", len(b.TLDR))
		}
		for _, c := range slices.Concat(b.TLDR, b.Summary, b.Insights) {
			if strings.ContainsAny(c.Text.String(), "\n\t") || c.Text.Empty() {
				t.Fatalf("%q", c.Text)
			}
		}
	})
}
