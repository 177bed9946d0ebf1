package verify

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/dailyminutes/minutes"
)

// world is one morning with a mail, an event, a price, a forecast and a story.
func world(t testing.TB) (minutes.Morning, map[string]minutes.Item) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	safe := minutes.Clean
	items := map[string]minutes.Item{}
	for _, it := range []minutes.Item{
		{ID: "mail:1", Title: safe("Offer letter"), Author: safe("Anna Kirsch"), At: at(24, 17, 42),
			Body: safe("Hi Sam,\n\nwe need the signed offer back by noon tomorrow. The fee is 1,200 EUR, see https://larkhill.example/offer or write to anna@larkhill.example.\nPages 4 to 7 changed."),
			Mail: &minutes.Mail{From: minutes.Address{Name: safe("Anna Kirsch"), Email: "anna@larkhill.example"}, Attachments: []string{"offer.pdf"}}},
		{ID: "mail:2", Title: safe("Numbers"), Author: safe("Tom Berg"), At: at(25, 5, 30), Body: safe("Please send the numbers by Friday 5pm."),
			Mail: &minutes.Mail{From: minutes.Address{Name: safe("Tom Berg"), Email: "tom@berg.example"}}},
		{ID: "event:1", Title: safe("Board call"), At: at(25, 14, 0), Event: &minutes.Event{Start: at(25, 14, 0), End: at(25, 15, 0), Organizer: minutes.Address{Name: safe("Helen Moor")}}},
		{ID: "event:2", Title: safe("Dentist"), At: at(25, 14, 30), Event: &minutes.Event{Start: at(25, 14, 30), End: at(25, 15, 15), Location: safe("Kantstraße 12")}},
		{ID: "quote:SAP", Title: safe("SAP"), At: at(24, 17, 35), Quote: &minutes.Quote{Symbol: "SAP.DE", Name: safe("SAP"), Price: 182.4, PreviousClose: 190.4,
			Change: -8, ChangePercent: -4.2017, Currency: "EUR", Decimals: 2, AsOf: at(24, 17, 35)}},
		{ID: "forecast:b", Title: safe("Berlin"), At: at(25, 6, 0), Forecast: &minutes.Forecast{Place: safe("Berlin"), Today: minutes.WeatherDay{Min: 4, Max: 9, Summary: safe("rain")},
			Hours: []minutes.WeatherHour{{At: at(25, 15, 0), Temperature: 9, Chance: 80}, {At: at(25, 16, 0), Temperature: 8, Chance: 60}}}},
		{ID: "hn:1", Title: safe("Postgres 19 gains an index type"), Story: &minutes.Story{Points: 612, Comments: 204}},
	} {
		items[it.ID] = it
	}
	return minutes.Morning{Now: at(25, 6, 30), Day: "2026-11-25", Zone: zone, Hours: 24}, items
}

// claimOf reads "text | item: quote | item: quote".
func claimOf(s string) minutes.Claim {
	parts := strings.Split(s, " | ")
	c := minutes.Claim{Text: minutes.Clean(parts[0])}
	for _, p := range parts[1:] {
		id, quote, _ := strings.Cut(p, "> ")
		c.Items = append(c.Items, id)
		c.Evidence = append(c.Evidence, minutes.Evidence{Item: id, Quote: minutes.Clean(quote)})
	}
	return c
}

const noon = " | mail:1> we need the signed offer back by noon tomorrow"

func TestTrueClaimsAreSupported(t *testing.T) {
	m, items := world(t)
	for _, s := range []string{
		"Anna Kirsch needs the signed offer back by noon today." + noon,
		"Anna Kirsch needs the signed offer back by 12:00 today." + noon,
		"Anna Kirsch needs the signed offer back by 12 pm today." + noon,
		"Due Wednesday 25 November: the signed offer." + noon,
		"The fee is €1,200. | mail:1> The fee is 1,200 EUR",
		"The fee is 1200 EUR. | mail:1> The fee is 1,200 EUR",
		"See https://larkhill.example/offer. | mail:1> see https://larkhill.example/offer",
		"Write to anna@larkhill.example. | mail:1> write to anna@larkhill.example",
		"Anna Kirsch writes “Pages 4 to 7 changed.” | mail:1> Pages 4 to 7 changed.",
		"Read offer.pdf from Anna Kirsch | mail:1> attachments: offer.pdf",
		"Tom Berg asks you to send the numbers by 17:00 on Friday. | mail:2> send the numbers by Friday 5pm",
		"Tom Berg asks for them by Friday 27 November. | mail:2> by Friday 5pm",
		"Board call runs from 2 pm to 15:00 today. | event:1> Board call",
		"Board call and Dentist overlap by 30 minutes. | event:1> Board call | event:2> Dentist",
		"Two events overlap: Board call and Dentist. | event:1> Board call | event:2> Dentist",
		"SAP fell 4.2 % to €182.40 yesterday. | quote:SAP> as of: Tuesday 24 November 2026 17:35",
		"Rain is likely (80 % at 15:00) in Berlin. | forecast:b> 15:00: 9 °C, chance of rain 80 %",
		"Berlin: rain, 4 to 9 °C. | forecast:b> today: 4 to 9 °C, rain",
		"“Postgres 19 gains an index type” leads Hacker News with 612 points. | hn:1> Postgres 19 gains an index type",
	} {
		if err := Claim(claimOf(s), items, m); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestFalseClaimsAreRefused(t *testing.T) {
	m, items := world(t)
	for s, why := range map[string]string{
		"Anna Kirsch needs the signed offer back by 13:00 today." + noon:                            "13:00",
		"Anna Kirsch needs the signed offer back by noon tomorrow." + noon:                          "tomorrow",
		"Anna Kirsch needs the signed offer back by Friday." + noon:                                 "Friday",
		"Bruno Kirsch needs the signed offer back by noon today." + noon:                            "Bruno",
		"Anna Kirsch of Northwind needs the signed offer back." + noon:                              "Northwind",
		"The fee is €1,300. | mail:1> The fee is 1,200 EUR":                                         "1,300",
		"The fee is $1,200. | mail:1> The fee is 1,200 EUR":                                         "$1,200",
		"The fee is 1.2 million EUR. | mail:1> The fee is 1,200 EUR":                                "1.2 million",
		"See https://evil.example/offer. | mail:1> see https://larkhill.example/offer":              "evil",
		"Anna Kirsch writes “Pages 4 to 8 changed.” | mail:1> Pages 4 to 7 changed.":                "Pages 4 to 8",
		"The offer is signed. | mail:1> The offer is signed":                                        "does not say",
		"The offer is signed. | mail:9> The offer":                                                  "not there",
		"The offer waits. | mail:1> Pages 4 to 7 chang":                                             "does not say",
		"Tom Berg asks for the numbers by Thursday 27 November. | mail:2> by Friday 5pm":            "Thursday",
		"Board call starts at 14:10. | event:1> starts: Wednesday 25 November 2026 14:00":           "14:10",
		"Board call and Dentist overlap by 40 minutes. | event:1> Board call | event:2> Dentist":    "40 minutes",
		"SAP rose 4.2 % yesterday. | quote:SAP> as of: Tuesday 24 November 2026 17:35":              "rose",
		"SAP fell 4.3 % yesterday. | quote:SAP> as of: Tuesday 24 November 2026 17:35":              "4.3",
		"Rain is likely (80 % at 16:00) in Berlin. | forecast:b> 15:00: 9 °C, chance of rain 80 %":  "16:00",
		"Several updates came from Anna Kirsch. | mail:1> Offer letter":                             "several",
		"Anna Kirsch wrote about the offer and more. | mail:1> Offer letter":                        "and more",
		"“Postgres 19 gains an index type” has 613 points. | hn:1> Postgres 19 gains an index type": "613",
		"Three events overlap: Board call and Dentist. | event:1> Board call | event:2> Dentist":    "Three",
		"Anna Kirsch asks “for money. | mail:1> Offer letter":                                       "does not end",
		"Nothing rests on this.": "cites nothing",
		"Anna Kirsch needs it by noon today, five days from now. | mail:1> by noon tomorrow":          "five days",
		"Anna Kirsch's file is eu-2. | mail:1> Offer letter":                                          "eu-2",
		"The event is on 26/11. | event:1> starts: Wednesday 25 November 2026 14:00":                  "26/11",
		"Anna Kirsch sent plan.docx. | mail:1> attachments: offer.pdf":                                "plan.docx",
		"Write to anna@larkhill.example.evil.example today. | mail:1> write to anna@larkhill.example": "evil",
	} {
		err := Claim(claimOf(s), items, m)
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(why)) {
			t.Errorf("%s: %v; want a refusal of %q", s, err, why)
		}
	}
}

func TestOnlyThePlainSlotsMayBeEmpty(t *testing.T) {
	m, items := world(t)
	ok := minutes.Claim{Text: minutes.Clean("No events today"), Empty: true}
	if err := Claim(ok, items, m); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"Wire 9,000 EUR today", "No events today, but call Bruno", ""} {
		if Claim(minutes.Claim{Text: minutes.Clean(text), Empty: true}, items, m) == nil {
			t.Errorf("%q passes as empty", text)
		}
	}
}

func FuzzClaim(f *testing.F) {
	for _, s := range []string{"Anna needs it by noon today." + noon, "“x | mail:1> Offer", "1,2.3'4 at 25:99 on 99/99 | event:1> Board call", "€ % 10am12 pm.30.12. | mail:2> Friday"} {
		f.Add(s)
	}
	m, items := world(f)
	f.Fuzz(func(t *testing.T, s string) {
		c := claimOf(s)
		first := Claim(c, items, m)
		if again := Claim(c, items, m); (first == nil) != (again == nil) {
			t.Fatalf("%q is judged two ways: %v, %v", s, first, again)
		}
	})
}

func TestAChangeIsHeldToItsName(t *testing.T) {
	q := func(id, name string, percent float64) minutes.Item {
		return minutes.Item{ID: "quote:" + id, Kind: minutes.KindQuote, Title: minutes.Clean(name),
			Quote: &minutes.Quote{Symbol: id, Name: minutes.Clean(name), Price: 10, PreviousClose: 10, ChangePercent: percent, Currency: "EUR", Decimals: 2}}
	}
	items := map[string]minutes.Item{"quote:AAA": q("AAA", "Alpha", 0.31), "quote:BBB": q("BBB", "Beta", -0.22)}
	m := minutes.Morning{Zone: time.UTC, Now: time.Date(2026, 11, 25, 6, 30, 0, 0, time.UTC)}
	for text, want := range map[string]bool{
		"Alpha +0.3 % and Beta −0.2 %.": true, "Alpha +0.2 % and Beta −0.2 %.": false, "Alpha +0.3 % and Beta −0.3 %.": false, "Beta +0.2 %.": false,
	} {
		c := minutes.Claim{Text: minutes.Clean(text), Items: []string{"quote:AAA", "quote:BBB"}, Evidence: []minutes.Evidence{
			{Item: "quote:AAA", Quote: minutes.Clean("symbol: AAA")}, {Item: "quote:BBB", Quote: minutes.Clean("symbol: BBB")}}}
		if err := Claim(c, items, m); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
