package render

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode"

	"github.com/dailyminutes/minutes"
)

var update = flag.Bool("update", false, "write the golden files")

// tuesday is a brief as a good morning has it.
func tuesday() minutes.Brief {
	zone, _ := time.LoadLocation("Europe/Berlin")
	at := time.Date(2026, 3, 10, 6, 30, 0, 0, zone)
	c := func(id, text, item string, e minutes.Engine) minutes.Claim {
		return minutes.Claim{ID: id, Text: minutes.Clean(text), Items: []string{item}, Evidence: []minutes.Evidence{{Item: item, Quote: minutes.Clean(text)}}, Engine: e}
	}
	item := func(id string, kind minutes.Kind, title, url string) minutes.Item {
		return minutes.Item{ID: id, Kind: kind, Source: "news", Title: minutes.Clean(title), URL: url, At: at}
	}
	due := time.Date(2026, 3, 10, 17, 0, 0, 0, zone)
	late := time.Date(2026, 3, 6, 0, 0, 0, 0, zone)
	prepare := c("p1", "Ana wrote yesterday about the budget and has no answer yet.", "mail:1", minutes.EngineExtract)
	quote := item("quote:ACME", minutes.KindQuote, "ACME", "")
	quote.Quote = &minutes.Quote{Symbol: "ACME", Closes: []float64{10, 11, 10.5, 12, 13, 12.5, 14}}
	rain := item("forecast:1", minutes.KindForecast, "Berlin", "")
	rain.Forecast = &minutes.Forecast{Attribution: minutes.Clean("Weather data by Open-Meteo.com")}
	return minutes.Brief{
		Schema: "minutes.brief/v1", Day: "2026-03-10", Timezone: "Europe/Berlin", GeneratedAt: at, ExpiresAt: at.Add(time.Hour), ReadingSeconds: 95,
		Engine: minutes.Composer{Composer: "extractive"},
		TLDR: []minutes.Claim{c("t1", "Ana Sousa needs the budget figures by 17:00 today.", "mail:1", minutes.EngineComputed),
			c("t2", "Two meetings clash at 10:00: budget review and dentist.", "event:1", minutes.EngineComputed),
			c("t3", "ACME rose 12.00 % to 14.00 EUR.", "quote:ACME", minutes.EngineComputed)},
		Summary:  []minutes.Claim{c("s1", "The city council approved the new tram line, which will pass the office from 2028 on and cost 210 million euros.", "feed:1", minutes.EngineExtract)},
		Insights: []minutes.Claim{c("i1", "It will rain when you leave for the dentist.", "forecast:1", minutes.EngineComputed)},
		Agenda: []minutes.AgendaEntry{
			{Item: "event:0", AllDay: true, Start: at, End: at, Title: minutes.Clean("Ana's birthday")},
			{Item: "event:1", Start: at.Add(210 * time.Minute), End: at.Add(270 * time.Minute), Title: minutes.Clean("Budget review"), Location: minutes.Clean("https://meet.example.org/x/y"), Conflicts: []string{"event:2"}, Prepare: &prepare},
			{Item: "event:2", Start: at.Add(225 * time.Minute), End: at.Add(4 * time.Hour), Title: minutes.Clean("Dentist"), Location: minutes.Clean("Hauptstraße 5"), Conflicts: []string{"event:1"}}},
		Actions: []minutes.Action{
			{ID: "a1", Text: minutes.Clean("Send the budget figures to Ana"), Owner: "me", Due: &due, Item: "mail:1", Status: "open"},
			{ID: "a2", Text: minutes.Clean("Renew the library card"), Owner: "me", Due: &late, DueAll: true, Item: "mail:2", Status: "open"},
			{ID: "a3", Text: minutes.Clean("Bo sends the contract"), Owner: "them", Item: "mail:3", Status: "open"}},
		Sections: []minutes.Section{
			{Kind: "market", Items: []minutes.Scored{{Item: quote}}, Lines: []minutes.Claim{c("l1", "ACME 14.00 EUR, +12.00 % on the day before", "quote:ACME", minutes.EngineComputed)}},
			{Kind: "news", Items: []minutes.Scored{{Item: item("feed:1", minutes.KindArticle, "Council approves tram line *at last* [video]", "https://news.example/tram?utm=1"), Verdict: "up"},
				{Item: item("hn:2", minutes.KindStory, "A 日本語 title that is rather long, long enough to need a second line on most terminals", "https://xn--e1afmkfd.example/")}},
				LeftOut: 12, Why: minutes.Clean("8 newsletters, 4 stories with few points")},
			{Kind: "weather", Items: []minutes.Scored{{Item: rain}}, Lines: []minutes.Claim{c("l3", "4 to 9 °C, rain from 9:00. Take an umbrella.", "forecast:1", minutes.EngineComputed)}}},
		Changes: minutes.Changes{New: []string{"mail:1", "feed:1"}, Resolved: []string{"a0"}, StillOpen: []string{"a2", "a3"}},
		Sources: []minutes.SourceStatus{{Name: "news", Status: "ok"}, {Name: "club", Kind: "feed", Status: "failed", FetchedAt: at.Add(-26 * time.Hour),
			Error: minutes.Clean("club.example.org: not reachable: connection refused"), Hint: minutes.Clean("check the address and port, or try again later")}},
		Verification: minutes.Verification{Claims: 14, Supported: 14},
	}
}

func TestABriefLooksAsItDid(t *testing.T) {
	b := tuesday()
	number := map[string]int{"quote:ACME": 1, "feed:1": 2, "hn:2": 3, "forecast:1": 4}
	n := func(id string) int { return number[id] }
	for name, f := range map[string]func(w *bytes.Buffer) error{
		"plain.txt":  func(w *bytes.Buffer) error { return Plain(w, b, Options{Width: 80, Hours: 24, Number: n}) },
		"narrow.txt": func(w *bytes.Buffer) error { return Plain(w, b, Options{Width: 40, Hours: 12, Number: n}) },
		"terminal.ans": func(w *bytes.Buffer) error {
			return Plain(w, b, Options{Width: 80, Hours: 24, Number: n, Color: true, Links: true})
		},
		"brief.md":   func(w *bytes.Buffer) error { return Markdown(w, b, Options{Hours: 24}) },
		"brief.html": func(w *bytes.Buffer) error { return HTML(w, b, Options{Hours: 24}) },
	} {
		var w bytes.Buffer
		if err := f(&w); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, w.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, w.Bytes()) {
			t.Errorf("%s is no more what it was (go test -update writes it anew):\n%s", name, w.String())
		}
	}
}

func TestNumbersBesideItemsCostNoWords(t *testing.T) {
	b := tuesday()
	var numbered bytes.Buffer
	if err := Plain(&numbered, b, Options{Width: 80, Hours: 24, Number: func(string) int { return 7 }}); err != nil {
		t.Fatal(err)
	}
	items := 0
	for _, sec := range b.Sections {
		items += len(sec.Items)
	}
	read := 0
	for _, w := range bytes.Fields(numbered.Bytes()) {
		if bytes.ContainsAny(w, "0123456789") || bytes.ContainsFunc(w, unicode.IsLetter) {
			read++
		}
	}
	if read-items != Words(b) {
		t.Errorf("%d words printed beside %d numbers, %d counted", read-items, items, Words(b))
	}
}
