package feedback

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"pgregory.net/rapid"
)

var zone = time.FixedZone("CET", 3600)

// now is the morning of all tests: Wednesday 25 November 2026, seven o'clock.
func now() time.Time { return time.Date(2026, 11, 25, 7, 0, 0, 0, zone) }

func morning() minutes.Morning {
	return minutes.Morning{Now: now(), Day: "2026-11-25", Zone: zone, Profile: minutes.Profile{
		Name: "Sam", Addresses: []string{"sam@example.org"}, Interests: []string{"databases", "AI safety"},
		Important: []string{"boss@example.org", "@lawyers.example", "salary"}, Muted: []string{"crypto"},
	}}
}

func address(email string) minutes.Address { return minutes.Address{Email: email} }

// mail is a direct, read mail of an hour ago.
func mail(id, from, title, excerpt string) minutes.Item {
	return minutes.Item{
		ID: "mail:" + id, Kind: minutes.KindMail, Source: "work", Title: minutes.Clean(title), Excerpt: minutes.Clean(excerpt), At: now().Add(-time.Hour), Private: true,
		Mail: &minutes.Mail{Folder: "INBOX", From: address(from), To: []minutes.Address{address("sam@example.org")}, Direct: true, Thread: id},
	}
}

// sentTo is a mail of mine.
func sentTo(id, to string) minutes.Item {
	it := mail(id, "sam@example.org", "hello", "hello")
	it.At = now().Add(-72 * time.Hour)
	it.Mail.FromMe, it.Mail.Direct, it.Mail.Folder, it.Mail.To = true, false, "Sent", []minutes.Address{address(to)}
	return it
}

func newsletter(id, from, title, excerpt string) minutes.Item {
	it := mail(id, from, title, excerpt)
	it.Mail.Direct, it.Mail.Bulk = false, true
	return it
}

func event(id, title string, in time.Duration, with ...string) minutes.Item {
	e := &minutes.Event{UID: id, Start: now().Add(in), End: now().Add(in + time.Hour), Status: "confirmed", MyStatus: "accepted"}
	for _, w := range with {
		e.Attendees = append(e.Attendees, address(w))
	}
	return minutes.Item{ID: "event:" + id, Kind: minutes.KindEvent, Source: "calendar", Title: minutes.Clean(title), At: e.Start, Event: e, Private: true}
}

func story(id, title string, pointsPerHour float64) minutes.Item {
	return minutes.Item{
		ID: "hn:" + id, Kind: minutes.KindStory, Source: "hackernews", Title: minutes.Clean(title), At: now().Add(-3 * time.Hour), URL: "https://lwn.net/" + id,
		Story: &minutes.Story{Points: int(3 * pointsPerHour), Comments: 20, PointsPerHour: pointsPerHour},
	}
}

func article(id, feed, title string, age time.Duration) minutes.Item {
	return minutes.Item{
		ID: "feed:" + id, Kind: minutes.KindArticle, Source: "feeds", Title: minutes.Clean(title), At: now().Add(-age), URL: "https://example.com/" + id,
		Article: &minutes.Article{Feed: minutes.Clean(feed), FeedURL: "https://example.com/" + feed},
	}
}

func quote(symbol string, change, rsi float64) minutes.Item {
	return minutes.Item{
		ID: "quote:" + symbol, Kind: minutes.KindQuote, Source: "market", Title: minutes.Clean(symbol), At: now().Add(-time.Hour),
		Quote: &minutes.Quote{Symbol: symbol, ChangePercent: change, RSI14: rsi, AsOf: now().Add(-time.Hour)},
	}
}

func forecast(advice string, alerts ...string) minutes.Item {
	f := &minutes.Forecast{Advice: minutes.Clean(advice)}
	for _, a := range alerts {
		f.Alerts = append(f.Alerts, minutes.Clean(a))
	}
	return minutes.Item{ID: "forecast:home", Kind: minutes.KindForecast, Source: "weather", Title: minutes.Clean("Weather"), At: now(), Forecast: f}
}

func groups(items ...minutes.Item) []minutes.Group {
	out := make([]minutes.Group, len(items))
	for i, it := range items {
		out[i].Lead = it
	}
	return out
}

// judge is a judgement as the program writes it.
func judge(id int64, verb string, it minutes.Item) minutes.Judgement {
	return minutes.Judgement{ID: id, At: now(), Verb: verb, Item: it.ID, Title: it.Title, Labels: Labels(it)}
}

func find(t testing.TB, ranked []minutes.Scored, id string) minutes.Scored {
	t.Helper()
	for _, s := range ranked {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("%s was left out", id)
	return minutes.Scored{}
}

// part is the delta of the part with a label, 0 without one.
func part(s minutes.Scored, label string) float64 {
	for _, p := range s.Why {
		if p.Label.String() == label {
			return p.Delta
		}
	}
	return 0
}

func why(s minutes.Scored) string {
	out := fmt.Sprintf("%.3f:", s.Score)
	for _, p := range s.Why {
		out += fmt.Sprintf(" %+.3f %s;", p.Delta, p.Label)
	}
	return out
}

// sums fails unless the parts sum to a score in [0, 1].
func sums(t interface{ Fatalf(string, ...any) }, s minutes.Scored) {
	total := 0.0
	for i, p := range s.Why {
		total += p.Delta
		if p.Label.Empty() || p.Delta == 0 || p.Label.String() == limit && i != len(s.Why)-1 {
			t.Fatalf("%s: part %d of %s", s.ID, i, why(s))
		}
	}
	if math.Abs(total-s.Score) > 1e-9 || s.Score < 0 || s.Score > 1 || len(s.Why) == 0 {
		t.Fatalf("%s: parts sum to %v: %s", s.ID, total, why(s))
	}
}

// vocabulary is where generated titles come from: stop words, topics, muted and important ones.
var vocabulary = []string{"databases", "AI", "safety", "crypto", "salary", "postgres", "urgent", "by", "tomorrow", "deadline", "the", "rust", "Café", "now?", "c++"}

var people = []string{"ada@example.org", "boss@example.org", "bob@corp.example", "sam@example.org", "x@lawyers.example", "no-reply@shop.example"}

func words(t *rapid.T, name string) string {
	out := ""
	for _, w := range rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 6).Draw(t, name) {
		out += w + " "
	}
	return out
}

// anyItem draws an item of any kind.
func anyItem(t *rapid.T, id string) minutes.Item {
	title, person := words(t, "title"), rapid.SampledFrom(people).Draw(t, "person")
	hours := time.Duration(rapid.IntRange(-200, 200).Draw(t, "hours")) * time.Hour
	number := rapid.Float64Range(-50, 500).Draw(t, "number")
	var it minutes.Item
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		it = mail(id, person, title, words(t, "excerpt"))
		it.Mail.Unread, it.Mail.Flagged, it.Mail.Answered = rapid.Bool().Draw(t, "unread"), rapid.Bool().Draw(t, "flagged"), rapid.Bool().Draw(t, "answered")
		it.Mail.Thread = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "thread")
		it.At = now().Add(hours)
	case 1:
		it = newsletter(id, person, title, words(t, "excerpt"))
		it.Mail.ListID = rapid.SampledFrom([]string{"", "list.example"}).Draw(t, "list")
	case 2:
		it = event(id, title, hours, person, "sam@example.org")
		it.Event.MyStatus = rapid.SampledFrom([]string{"", "accepted", "declined", "needs-action"}).Draw(t, "mine")
		it.Event.AllDay, it.Event.Free = rapid.Bool().Draw(t, "all day"), rapid.Bool().Draw(t, "free")
	case 3:
		it = story(id, title, number)
	case 4:
		it = article(id, rapid.SampledFrom([]string{"LWN", "Crypto Daily"}).Draw(t, "feed"), title, hours)
		it.Tags = rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 2).Draw(t, "tags")
	case 5:
		it = quote(rapid.SampledFrom([]string{"AAPL", "BTC"}).Draw(t, "symbol"), number, number)
	default:
		it = sentTo(id, person)
		it.Mail.Thread = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "thread")
	}
	it.ID = "item:" + id
	return it
}

// anyMorning draws items, some merged, and a log about them.
func anyMorning(t *rapid.T) ([]minutes.Group, []minutes.Judgement) {
	var items []minutes.Group
	for i := range rapid.IntRange(1, 8).Draw(t, "items") {
		g := minutes.Group{Lead: anyItem(t, fmt.Sprint(i))}
		if rapid.IntRange(0, 3).Draw(t, "merged") == 0 {
			g.Also = append(g.Also, anyItem(t, fmt.Sprint(i, "b")))
		}
		items = append(items, g)
	}
	return items, anyLog(t, items, rapid.IntRange(0, 8).Draw(t, "judgements"))
}

func anyLog(t *rapid.T, items []minutes.Group, n int) []minutes.Judgement {
	var log []minutes.Judgement
	for i := range n {
		id := int64(i + 1)
		it := items[rapid.IntRange(0, len(items)-1).Draw(t, "of")].Lead
		verb := rapid.SampledFrom([]string{up, up, down, wipe, muteIt, unmute, undo}).Draw(t, "verb")
		j := judge(id, verb, it)
		switch verb {
		case undo:
			j = minutes.Judgement{ID: id, Verb: undo, Undoes: int64(rapid.IntRange(0, i).Draw(t, "undoes"))}
		case muteIt, unmute:
			j = minutes.Judgement{ID: id, Verb: verb, Term: rapid.SampledFrom([]string{"postgres", "crypto", "ada@example.org", "feeds"}).Draw(t, "term")}
		}
		log = append(log, j)
	}
	return log
}
