package feedback

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// telling is the least that a figure must move a score to be worth a part of its own.
const telling = 5

// The half-lives of news: a story falls fast, an article lasts a day and a half.
const (
	storyHalf   = 24 * time.Hour
	articleHalf = 36 * time.Hour
)

// story adds the parts of a Hacker News item.
func (w *world) story(t *tally, it minutes.Item, text text) {
	s := it.Story
	t.add(100, "story")
	if s.Type == "job" {
		t.add(-100, "job advertisement")
	}
	if s.PointsPerHour >= 1 {
		t.add(saturate(s.PointsPerHour, 60, 200), fmt.Sprintf("%.0f points an hour", s.PointsPerHour))
	}
	if s.Points > 1 {
		t.add(saturate(float64(s.Points), 400, 100), plural(s.Points, "point", "points"))
	}
	if s.Comments > 0 {
		t.add(saturate(float64(s.Comments), 200, 80), plural(s.Comments, "comment", "comments"))
	}
	w.aged(t, it, storyHalf, 150)
	w.likes(t, text, news)
}

// article adds the parts of a feed's entry.
func (w *world) article(t *tally, it minutes.Item, text text) {
	t.add(140, "article")
	if it.Article.Undated {
		t.add(-50, "undated")
	} else {
		w.aged(t, it, articleHalf, 200)
	}
	// A reader who files a feed under market wants the market's news in its place of the brief.
	if strings.EqualFold(it.Article.Category, "market") {
		t.add(50, "category market")
	}
	w.likes(t, text, news)
}

// aged takes off up to most as an item grows old: half of it after one half-life.
func (w *world) aged(t *tally, it minutes.Item, half time.Duration, most int) {
	if d := w.age(it.At); !it.At.IsZero() && d >= time.Hour {
		if delta := int(math.Round(float64(most) * (1 - math.Exp2(-d.Hours()/half.Hours())))); delta >= telling {
			t.add(-delta, old(d))
		}
	}
}

// saturate grows from 0 towards most; at half it is half of that.
func saturate(v, half float64, most int) int {
	if v <= 0 || math.IsNaN(v) {
		return 0
	}
	if math.IsInf(v, 1) {
		return most
	}
	if delta := int(math.Round(float64(most) * v / (v + half))); delta >= telling {
		return delta
	}
	return 0
}

// likings say what a word of the profile is worth in a kind of item. In a mail it counts against
// the sender's allowance.
type likings struct {
	important, first, further int
	claimed                   bool
}

var (
	news       = likings{important: 180, first: 200, further: 50}
	mailWords  = likings{important: 120, first: 80, further: 0, claimed: true}
	eventWords = likings{important: 100, first: 50, further: 0}
)

// likes adds what of the profile's words the text holds: at most one part for important words and
// two for interests, so that naming them all gains nothing.
func (w *world) likes(t *tally, text text, l likings) {
	add := func(delta int, label string) { t.add(delta, label) }
	if l.claimed {
		add = t.claim
	}
	if found := w.words.in(text, 1); len(found) > 0 {
		add(l.important, "important: "+found[0])
	}
	for i, s := range w.interests.in(text, 2) {
		if i == 0 {
			add(l.first, "interest: "+s)
		} else {
			add(l.further, "interest: "+s)
		}
	}
}

// quote adds the parts of a price. Everything with a price is on the user's watch list.
func (w *world) quote(t *tally, it minutes.Item) {
	q := it.Quote
	t.add(150, "on my watch list")
	if c := math.Abs(q.ChangePercent); c >= 0.05 && !math.IsInf(c, 0) {
		t.add(int(math.Round(min(c*60, 300))), fmt.Sprintf("moved %+.1f %%", q.ChangePercent))
	}
	switch {
	case q.RSI14 >= 70:
		t.add(80, fmt.Sprintf("RSI %.0f: overbought", q.RSI14))
	case q.RSI14 > 0 && q.RSI14 <= 30:
		t.add(80, fmt.Sprintf("RSI %.0f: oversold", q.RSI14))
	}
	if q.Closed {
		t.add(-30, "market closed")
	}
	if d := w.age(q.AsOf); !q.AsOf.IsZero() && d >= 4*24*time.Hour {
		t.add(-100, old(d))
	}
}

// forecast adds the parts of the weather.
func (w *world) forecast(t *tally, it minutes.Item) {
	f := it.Forecast
	t.add(250, "forecast")
	if n := len(f.Alerts); n > 0 {
		t.add(300, plural(n, "weather alert", "weather alerts"))
	}
	if !f.Advice.Empty() {
		t.add(150, "advice for today")
	}
}
