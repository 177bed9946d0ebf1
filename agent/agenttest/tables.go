package agenttest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

func (w *world) addTable(b block) error {
	add := map[string]struct {
		cells int
		row   func([]string) error
	}{
		"stories":  {6, w.story},    // key | points | comments | hours ago | title | host
		"articles": {6, w.article},  // key | feed | category | at | title | excerpt
		"bulk":     {5, w.bulk},     // key | from | at | subject | text
		"quotes":   {6, w.quote},    // symbol | name | price | previous | currency | decimals [| closed]
		"sources":  {5, w.source},   // name | kind | status | error | hint
		"open":     {7, w.loop},     // id | text | owner | who | due | mail key | since
		"rules":    {2, w.ruleLine}, // where | what
	}[b.kind]
	for _, r := range b.rows {
		if len(r) < add.cells {
			return fmt.Errorf("%q has %d cells, not %d", strings.Join(r, "|"), len(r), add.cells)
		}
		if err := add.row(r); err != nil {
			return fmt.Errorf("%s: %w", r[0], err)
		}
	}
	return nil
}

func (w *world) story(r []string) error {
	points, err1 := strconv.Atoi(r[1])
	comments, err2 := strconv.Atoi(r[2])
	hours, err3 := strconv.ParseFloat(r[3], 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return fmt.Errorf("not a number")
	}
	at := w.Morning.Morning.Now.Add(-time.Duration(hours * float64(time.Hour)))
	w.Items = append(w.Items, minutes.Item{ID: "hn:" + r[0], Kind: minutes.KindStory, Source: "hackernews",
		Title: minutes.CleanLine(r[4]), URL: "https://" + r[5] + "/" + r[0], At: at, Story: &minutes.Story{Points: points,
			Comments: comments, PointsPerHour: float64(points) / max(hours, 0.5), Type: "story",
			DiscussionURL: "https://news.ycombinator.com/item?id=" + strconv.Itoa(1000+len(w.Items))}})
	return nil
}

func (w *world) article(r []string) error {
	at, _, err := w.when(r[3])
	if err != nil {
		return err
	}
	it := minutes.Item{ID: "feed:" + r[0], Kind: minutes.KindArticle, Source: "feeds", Title: minutes.CleanLine(r[4]),
		URL: "https://news.example/" + r[0], At: at, Excerpt: minutes.Clean(r[5]), Body: minutes.Clean(r[5]),
		Article: &minutes.Article{Feed: minutes.CleanLine(r[1]), FeedURL: "https://news.example/feed", Category: r[2]}}
	w.Items = append(w.Items, it)
	return nil
}

func (w *world) bulk(r []string) error {
	at, _, err := w.when(r[2])
	if err != nil {
		return err
	}
	from := w.address(r[1])
	w.Items = append(w.Items, minutes.Item{ID: "mail:" + r[0], Kind: minutes.KindMail, Source: "mail",
		Title: minutes.CleanLine(r[3]), Author: minutes.CleanLine(from.String()), At: at, Excerpt: minutes.Clean(r[4]),
		Body: minutes.Clean(r[4]), Private: true, Mail: &minutes.Mail{MessageID: r[0] + "@mornings.example", Folder: "INBOX",
			From: from, To: []minutes.Address{w.me}, Unread: true, Bulk: true, Thread: r[0]}})
	return nil
}

func (w *world) quote(r []string) error {
	price, err1 := strconv.ParseFloat(r[2], 64)
	prev, err2 := strconv.ParseFloat(r[3], 64)
	decimals, err3 := strconv.Atoi(r[5])
	if err1 != nil || err2 != nil || err3 != nil {
		return fmt.Errorf("not a number")
	}
	at, _, err := w.when("-1d 17:35")
	if err != nil {
		return err
	}
	closed := len(r) > 6 && strings.HasPrefix(r[6], "closed")
	if closed && strings.Contains(r[6], "d ") {
		if at, _, err = w.when(strings.TrimPrefix(r[6], "closed ")); err != nil {
			return err
		}
	}
	q := &minutes.Quote{Symbol: r[0], Name: minutes.CleanLine(r[1]), Price: price, PreviousClose: prev, Change: price - prev,
		ChangePercent: (price/prev - 1) * 100, Currency: r[4], AsOf: at, Decimals: decimals, Closed: closed,
		Closes: []float64{prev * 0.99, prev, price}, Provider: "yahoo"}
	w.Items = append(w.Items, minutes.Item{ID: "quote:" + r[0], Kind: minutes.KindQuote, Source: "market",
		Title: minutes.CleanLine(r[0] + " " + minutes.Amount(price, decimals) + " " + r[4]), At: at, Private: true, Quote: q})
	return nil
}

func (w *world) source(r []string) error {
	s := minutes.SourceStatus{Name: r[0], Kind: r[1], Status: r[2], Error: minutes.CleanLine(r[3]), Hint: minutes.CleanLine(r[4])}
	if s.Status == "ok" {
		s.FetchedAt = w.Morning.Morning.Now
	}
	w.Sources = append(w.Sources, s)
	return nil
}

func (w *world) loop(r []string) error {
	since, _, err := w.when(r[6])
	if err != nil {
		return err
	}
	a := minutes.Action{ID: r[0], Text: minutes.CleanLine(r[1]), Owner: r[2], Who: minutes.CleanLine(r[3]),
		Item: "mail:" + r[5], Status: "open", Since: since}
	if r[4] != "" {
		due, whole, err := w.when(r[4])
		if err != nil {
			return err
		}
		a.Due, a.DueAll = &due, whole
	}
	if i := slices.IndexFunc(w.Items, func(it minutes.Item) bool { return it.ID == a.Item }); i >= 0 {
		quote := w.Items[i].Title
		if len(r) > 7 {
			quote = minutes.CleanLine(r[7])
		}
		a.Evidence = []minutes.Evidence{{Item: a.Item, Quote: quote}}
	}
	w.Open = append(w.Open, a)
	return nil
}

// forecast reads "day: 4 9 light rain" (least, most, in words) and "hours: 7 4 10" lines in the body:
// hour, temperature, chance of rain.
func (w *world) forecast(b block) error {
	now := w.Morning.Morning.Now
	f := &minutes.Forecast{Place: minutes.CleanLine(b.key), Units: "metric", Advice: minutes.CleanLine(b.head["advice"]),
		Attribution: minutes.CleanLine("Weather data by Open-Meteo.com")}
	if u := b.head["units"]; u != "" {
		f.Units = u
	}
	var summary string
	fields := strings.SplitN(b.head["today"], " ", 3)
	if len(fields) < 3 {
		return fmt.Errorf("today wants least, most and words")
	}
	f.Today.Min, _ = strconv.ParseFloat(fields[0], 64)
	f.Today.Max, _ = strconv.ParseFloat(fields[1], 64)
	summary = fields[2]
	f.Today.Summary, f.Now.Summary, f.Now.Temperature, f.Now.At = minutes.CleanLine(summary), minutes.CleanLine(summary), f.Today.Min, now
	if a := b.head["alert"]; a != "" {
		f.Alerts = append(f.Alerts, minutes.CleanLine(a))
	}
	for l := range strings.Lines(b.body) {
		var h, temp, chance int
		if _, err := fmt.Sscan(l, &h, &temp, &chance); err != nil {
			return fmt.Errorf("hour %q: %w", l, err)
		}
		at := time.Date(now.Year(), now.Month(), now.Day(), h, 0, 0, 0, now.Location())
		code, mm := 3, 0.0
		if chance >= 50 {
			code, mm = 63, 1.5
		}
		f.Hours = append(f.Hours, minutes.WeatherHour{At: at, Temperature: float64(temp), Chance: chance, Code: code, Precipitation: mm})
	}
	w.Items = append(w.Items, minutes.Item{ID: "forecast:" + strings.ReplaceAll(strings.ToLower(b.key), " ", "-"), Kind: minutes.KindForecast, Source: "weather",
		Title: minutes.CleanLine(b.key + ": " + summary), At: now, Private: true, Forecast: f})
	return nil
}
