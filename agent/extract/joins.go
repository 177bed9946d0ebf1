package extract

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dailyminutes/minutes"
)

// crunch is a term of today with a day of meetings before it: how much of the time is left.
func (d *desk) crunch() []minutes.Claim {
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "me" || l.Status != "open" || l.Due == nil || l.DueAll || l.invite != nil || d.daysOff(*l.Due) != 0 || l.mail.Mail == nil {
			continue
		}
		start := d.m.Now
		if h := midnight(d.m.Now).Add(8 * time.Hour); h.After(start) {
			start = h
		}
		taken, last := []minutes.Scored{}, start
		var busyFor, free time.Duration
		var from, to time.Time
		for _, s := range append(slices.Clone(d.agenda), minutes.Scored{}) {
			begin, end := *l.Due, *l.Due
			if s.ID != "" {
				begin, end = s.Event.Start, s.Event.End
				if !busy(s) || !begin.Before(*l.Due) || !end.After(start) {
					continue
				}
				taken = append(taken, s)
			}
			if gap := begin.Sub(last); gap > free {
				free, from, to = gap, last, begin
			}
			if e := earlier(end, *l.Due); e.After(last) {
				busyFor += e.Sub(maxTime(begin, last))
				last = e
			}
		}
		if len(taken) < 2 || busyFor*2 < l.Due.Sub(start) {
			continue
		}
		if c := d.crunchLine(l, taken, from, to); !c.Text.Empty() {
			return []minutes.Claim{c}
		}
	}
	return nil
}

func (d *desk) crunchLine(l *loop, taken []minutes.Scored, from, to time.Time) minutes.Claim {
	var names, quotes []string
	for _, s := range taken {
		names = append(names, name(s))
		quotes = append(quotes, s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "ends"))
	}
	quotes = append(quotes, evidence(l.Evidence)...)
	quotes = append(quotes, l.Item, factLine(l.mail, "from"))
	text := "Most of the time before " + possessive(who(l.mail)) + " " + d.clock(*l.Due) + " deadline goes to " + enumerate(names)
	known := func(t time.Time) bool {
		return slices.ContainsFunc(taken, func(s minutes.Scored) bool { return s.Event.Start.Equal(t) || s.Event.End.Equal(t) }) || t.Equal(*l.Due)
	}
	switch {
	case known(from) && known(to):
		text += "; the longest gap is " + d.clock(from) + " to " + d.clock(to)
	case known(to):
		text += "; you are free until " + d.clock(to)
	}
	return claim(minutes.EngineComputed, text+".", quotes...)
}

func possessive(name string) string {
	if strings.HasSuffix(name, "s") {
		return name + "'"
	}
	return name + "'s"
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// priceNews puts a price that moved beside the story that names it.
func (d *desk) priceNews() []minutes.Claim {
	var out []minutes.Claim
	for _, q := range d.quotes() {
		names := namesOf(q.Quote)
		for _, s := range d.news() {
			text := s.Title.String()
			if mentions(text, names) == "" {
				continue
			}
			line := "On " + possessive(symbol(q)) + " " + map[bool]string{true: "rise", false: "fall"}[q.Quote.ChangePercent >= 0] + ", " +
				strings.TrimSuffix(d.source(s), ":") + " reports: " + quoted(strings.TrimRight(clip(text, 16), ".")) + "."
			out = append(out, claim(minutes.EngineComputed, line, q.ID, factLine(q.Item, "change"), q.ID, factLine(q.Item, "symbol"),
				s.ID, text, s.ID, factLine(s.Item, "feed")))
			d.tells[line] = s.ID
			break
		}
	}
	return out
}

func (d *desk) source(s minutes.Scored) string {
	if s.Story != nil {
		return "Hacker News"
	}
	if f := s.Article.Feed.Line().String(); f != "" {
		return f
	}
	return "a feed"
}

// tightGap is below what a way between two places takes, in any town.
const tightGap = 20 * time.Minute

// tight are two places with too little time between them.
func (d *desk) tight() []minutes.Claim {
	var out []minutes.Claim
	gaps := map[string]time.Duration{}
	for i, a := range d.agenda {
		for _, b := range d.agenda[i+1:] {
			gap := b.Event.Start.Sub(a.Event.End)
			if !busy(a) || !busy(b) || gap < 0 || gap >= tightGap || !elsewhere(a.Event) || !elsewhere(b.Event) ||
				fold(a.Event.Location.String()) == fold(b.Event.Location.String()) {
				continue
			}
			between := "Only " + itoa(int(gap.Minutes())) + " minutes lie between "
			if gap == 0 {
				between = "There is no gap between "
			}
			text := between + name(a) + " (" + place(a.Event) + ") and " + name(b) + " (" + place(b.Event) + ") at " + d.clock(b.Event.Start) + "."
			var quotes []string
			if it, ok := d.alertOf(a); ok {
				text = between + name(a) + " and " + name(b) + " at " + d.clock(b.Event.Start) + ", even before the change that " + who(it) + " announced."
				quotes = []string{it.ID, factLine(it, "from")}
			}
			out = append(out, claim(minutes.EngineComputed, text, append(quotes, a.ID, a.Title.String(), a.ID, factLine(a.Item, "ends"), a.ID, factLine(a.Item, "where"),
				b.ID, b.Title.String(), b.ID, factLine(b.Item, "starts"), b.ID, factLine(b.Item, "where"))...))
			gaps[text] = gap
		}
	}
	slices.SortStableFunc(out, func(a, b minutes.Claim) int { return int(gaps[a.Text.String()] - gaps[b.Text.String()]) })
	return out
}

// alertOf is the mail that changes an event, if one does.
func (d *desk) alertOf(e minutes.Scored) (minutes.Item, bool) {
	for _, s := range d.kind(minutes.KindMail) {
		if d.classes[s.ID] == suspect {
			continue
		}
		if about, text := d.alert(s.Item); text != "" && about.ID == e.ID {
			return s.Item, true
		}
	}
	return minutes.Item{}, false
}

// unconfirmed is an event of today that something I wait for belongs to: the cake is to be fetched
// at eleven, and the baker has not answered.
func (d *desk) unconfirmed() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "them" || l.Status != "open" || l.mail.Mail == nil || !l.mail.Mail.FromMe || -d.daysOff(l.Since) < 1 {
			continue
		}
		for _, s := range d.agenda {
			if !busy(s) || s.Event.Recurring || !s.Event.Start.After(d.m.Now) || len(shared(topical(l.mail.Title.String()), topical(s.Title.String()))) == 0 {
				continue
			}
			text := upper(name(s)) + " is at " + d.clock(s.Event.Start) + ", and " + l.Who.String() + " has not answered your mail " + quoted(clip(subject(l.mail), 8)) + "."
			out = append(out, claim(minutes.EngineComputed, text, s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"),
				l.Item, l.mail.Title.String(), l.Item, factLine(l.mail, "to")))
			d.tells[text] = l.Item
			break
		}
	}
	return out
}

func place(e *minutes.Event) string { return clip(e.Location.Line().String(), 6) }

// likely is the chance of rain, in percent, from which one takes a coat.
const likely = 50

// wet is rain in the hour of an event one has to go to.
func (d *desk) wet() []minutes.Claim {
	fs := d.kind(minutes.KindForecast)
	for _, s := range d.agenda {
		if !busy(s) || !elsewhere(s.Event) || !s.Event.End.After(d.m.Now) {
			continue
		}
		f, ok := d.forecastFor(s.Event, fs)
		if !ok {
			continue
		}
		best := minutes.WeatherHour{Chance: likely - 1}
		for _, h := range f.Forecast.Hours {
			if h.At.Add(time.Hour).After(s.Event.Start) && h.At.Before(s.Event.End) && h.Chance > best.Chance {
				best = h
			}
		}
		if best.At.IsZero() {
			continue
		}
		what := "rain"
		if best.Code >= 71 && best.Code <= 77 || best.Code == 85 || best.Code == 86 {
			what = "snow"
		}
		text := "Expect " + what + " for " + name(s) + " at " + d.clock(s.Event.Start) + " (" + itoa(best.Chance) + " % at " + d.clock(best.At) + ")."
		return []minutes.Claim{claim(minutes.EngineComputed, text, f.ID, factLine(f.Item, best.At.Format("15:04")),
			s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "where"))}
	}
	return nil
}

// forecastFor is the forecast of the event's place; with one forecast alone, that one, for it is
// where the reader lives.
func (d *desk) forecastFor(e *minutes.Event, fs []minutes.Scored) (minutes.Scored, bool) {
	for _, f := range fs {
		if hasWords(e.Location.String(), f.Forecast.Place.String()) {
			return f, true
		}
	}
	if len(fs) == 1 {
		return fs[0], true
	}
	return minutes.Scored{}, false
}

// near are reports that name the place of an event of today.
func (d *desk) near() []minutes.Claim {
	var out []minutes.Claim
	for _, e := range d.agenda {
		if !busy(e) || !elsewhere(e.Event) || !e.Event.End.After(d.m.Now) {
			continue
		}
		for _, s := range d.kind(minutes.KindArticle) {
			where, quote := d.placeIn(e, s)
			if where == "" {
				continue
			}
			text := "On your way to " + name(e) + " at " + d.clock(e.Event.Start) + ": " + d.source(s) + " reports " +
				quoted(strings.TrimRight(clip(s.Title.String(), 14), ".")) + ", naming " + where + "."
			out = append(out, claim(minutes.EngineComputed, text, e.ID, e.Title.String(), e.ID, factLine(e.Item, "starts"), e.ID, factLine(e.Item, "where"),
				s.ID, s.Title.String(), s.ID, quote, s.ID, factLine(s.Item, "feed")))
			d.tells[text] = s.ID
			break
		}
	}
	return out
}

// placeIn finds two words in a row of the event's place in an article, both capitalised: one word
// alone names too many places.
func (d *desk) placeIn(e, s minutes.Scored) (where, quote string) {
	words := strings.FieldsFunc(e.Event.Location.String(), func(r rune) bool { return strings.ContainsRune(" ,;()/", r) })
	for i := 0; i+1 < len(words); i++ {
		a, b := []rune(words[i]), []rune(words[i+1])
		if len(a) < 4 || len(b) < 4 || !unicode.IsUpper(a[0]) || !unicode.IsUpper(b[0]) || strings.Contains(e.Event.Location.String(), words[i]+", "+words[i+1]) {
			continue
		}
		pair := words[i] + " " + words[i+1]
		for _, text := range append([]string{s.Title.String()}, split(s.Excerpt.Line().String())...) {
			if hasWords(text, pair) {
				return pair, text
			}
		}
	}
	return "", ""
}
