package extract

import (
	"math"
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// headline is a story as one tells it: who has it, and what.
func headline(s minutes.Scored) string {
	title := strings.TrimRight(s.Title.Line().String(), ".")
	if s.Story != nil {
		return quoted(title) + " (Hacker News, " + itoa(s.Story.Points) + " points)."
	}
	feed := s.Article.Feed.Line().Cut(30).String()
	if feed == "" {
		return stop(title)
	}
	return feed + ": " + stop(title)
}

// story is a headline with what makes it worth a line: the first sentence of an article that says
// more than its title, alone where both are too long; of a story, what it begins with, or how much
// it is talked of.
func (d *desk) story(s minutes.Scored, first bool) minutes.Claim {
	if s.Story != nil {
		return d.talkedOf(s, first)
	}
	quotes := []string{s.ID, s.Title.String(), s.ID, factLine(s.Item, "feed")}
	text := headline(s)
	if turned, ok := d.now(text, s.At); ok {
		text = turned
	}
	more := split(strings.Join(strings.Fields(s.Excerpt.String()), " "))
	if len(more) == 0 {
		return claim(minutes.EngineExtract, text, quotes...)
	}
	turned, ok := d.now(more[0], s.At)
	feed, _, _ := strings.Cut(text, ": ")
	switch lead := stop(turned); {
	case !ok || !adds(s.Title.String(), more[0]):
	case count(text)+count(lead) <= maxLine:
		text, quotes = text+" "+lead, append(quotes, s.ID, more[0])
	case count(feed)+count(lead) <= maxLine && len(shared(topical(s.Title.String()), topical(more[0]))) > 1:
		text, quotes = feed+": "+lead, append(quotes, s.ID, more[0])
	}
	return claim(minutes.EngineExtract, text, quotes...)
}

// talkedOf is a line on a story of Hacker News.
func (d *desk) talkedOf(s minutes.Scored, first bool) minutes.Claim {
	text := quoted(strings.TrimRight(s.Title.Line().String(), "."))
	quotes := []string{s.ID, s.Title.String(), s.ID, factLine(s.Item, "points"), s.ID, factLine(s.Item, "comments")}
	points := itoa(s.Story.Points) + " points and " + itoa(s.Story.Comments) + " comments"
	if first && d.leads(s) {
		text += " leads Hacker News with " + points
	} else {
		text += " has " + points + " on Hacker News"
	}
	if more := split(strings.Join(strings.Fields(s.Excerpt.String()), " ")); len(more) > 0 && count(more[0]) > 4 && adds(s.Title.String(), more[0]) && count(text)+count(more[0]) <= maxLine {
		return claim(minutes.EngineExtract, text+": "+quoted(more[0])+".", append(quotes, s.ID, more[0])...)
	}
	return claim(minutes.EngineComputed, text+".", quotes...)
}

// adds says whether a sentence tells what its title did not.
func adds(title, sentence string) bool {
	t, s := topical(title), topical(sentence)
	fresh := len(s) - len(shared(t, s))
	return len(s) > 2 && (fresh*2 > len(s)-1 || fresh > 3)
}

func (d *desk) leads(s minutes.Scored) bool { return s.Story.Points == d.top }

// news are the stories and articles in the order a reader wants them: what touches their interests
// first, else as ranked; market headlines that the market slot has used are left out.
func (d *desk) news() []minutes.Scored {
	if d.stories != nil {
		return d.stories
	}
	out := []minutes.Scored{}
	for _, s := range d.ranked {
		if s.Story != nil || s.Article != nil {
			if injected().MatchString(s.Title.String()) {
				continue // a headline that speaks to programs is for no reader
			}
			out = append(out, s)
		}
	}
	near := func(s minutes.Scored) int {
		n := 2 * d.touches(s)
		if n > 0 && s.Story != nil && d.leads(s) {
			n++ // of what is as near, what everyone talks of
		}
		return n
	}
	slices.SortStableFunc(out, func(a, b minutes.Scored) int { return near(b) - near(a) })
	d.stories = out
	return out
}

// touches is how much a story is the reader's: an interest in its title before one in its text or
// its feed's kind, and a place they are at today.
func (d *desk) touches(s minutes.Scored) int {
	n, ok := d.touched[s.ID]
	if !ok {
		n = d.touch(s)
		d.touched[s.ID] = n
	}
	return n
}

func (d *desk) touch(s minutes.Scored) int {
	n := 0
	text := s.Title.String() + " " + s.Excerpt.String()
	if s.Article != nil {
		text += " " + s.Article.Category + " " + s.Article.Feed.String()
	}
	for _, w := range d.m.Profile.Interests {
		switch {
		case hasWords(s.Title.String(), w), hasStems(s.Title.String(), w):
			n = max(n, 2)
		case hasWords(text, w), hasStems(text, w):
			n = max(n, 1)
		}
	}
	if len(d.kind(minutes.KindForecast)) > 1 {
		for _, f := range d.kind(minutes.KindForecast) {
			if d.visits(f) > 0 && hasWords(s.Title.String(), f.Forecast.Place.String()) {
				n += 2
			}
		}
	}
	return n
}

// interest is the first of the reader's interests that a title has.
func (d *desk) interest(s minutes.Scored) string {
	for _, w := range d.m.Profile.Interests {
		if hasWords(s.Title.String(), w) || hasStems(s.Title.String(), w) {
			return w
		}
	}
	return ""
}

func hasStems(text, phrase string) bool {
	want := topical(phrase)
	if w := strings.TrimSuffix(fold(phrase), "s"); len(w) >= 3 && len(w) < 6 && hasWords(text, w) {
		return true // a bee journal is about bees
	}
	return len(want) > 0 && len(shared(want, topical(text))) == len(want)
}

// weather is the forecast in one line, for the place the day is spent at.
func (d *desk) weather(s minutes.Scored) minutes.Claim {
	f := s.Forecast
	deg := " °C"
	if f.Units == "imperial" {
		deg = " °F"
	}
	text := f.Place.Line().String() + ": " + lower(f.Today.Summary.Line().String()) + ", " + degrees(f.Today.Min) + " to " + degrees(f.Today.Max) + deg + "."
	quotes := []string{s.ID, factLine(s.Item, "today"), s.ID, factLine(s.Item, "place")}
	if a := f.Advice.Line().String(); a != "" {
		text += " " + stop(upper(d.clocks(a)))
		quotes = append(quotes, s.ID, factLine(s.Item, "advice"))
	}
	if len(f.Alerts) > 0 {
		text += " " + stop("Alert: "+lower(d.clocks(f.Alerts[0].Line().Cut(80).String())))
		quotes = append(quotes, s.ID, factLine(s.Item, "alert"))
	}
	return claim(minutes.EngineComputed, text, quotes...)
}

// degrees has no minus zero.
func degrees(v float64) string { return minutes.Amount(math.Round(v)+0, 0) }
