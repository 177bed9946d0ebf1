package extract

import (
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// maxSummary is the contract's. Six lines are few: what presses gets one of its own, the other people
// who wait share one, and one line each is kept for the news and the weather.
const maxSummary = 6

// The parts of the summary, in the order one would tell them.
const (
	ofMail = iota
	ofWaits
	ofCalendar
	ofNews
	ofWeather
)

// digest is the summary in the making.
type digest struct {
	d   *desk
	out [ofWeather + 1][]minutes.Claim
	n   int
}

// take moves the first line of a list that tells something new to its part, while the whole has less
// than full lines.
func (g *digest) take(part int, from *[]minutes.Claim, full int) {
	for len(*from) > 0 && g.n < full {
		c := (*from)[0]
		*from = (*from)[1:]
		known := func(id string) bool { return g.d.told[id] }
		switch {
		case part == ofWaits && known(c.Items[0]), (part == ofMail || part == ofNews || part == ofWeather) && slices.ContainsFunc(c.Items, known), !g.d.tell(c):
			continue
		}
		for _, id := range c.Items {
			g.d.told[id] = true
		}
		g.out[part] = append(g.out[part], c)
		g.n++
		return
	}
}

// summary is what else one should know. What presses is chosen first, then one of each kind, then
// what there is room for.
func (d *desk) summary() []minutes.Claim {
	late, coming := d.late()
	came, days, news := d.came(), d.calendarLines(), d.newsLines()
	var sky []minutes.Claim
	for _, f := range d.forecasts() {
		sky = append(sky, d.weather(f))
	}
	ps := d.untold()
	asks, facts, strangers, soft := d.lines(ps.asks), d.lines(ps.facts), d.lines(ps.strangers), d.lines(ps.soft)
	first := maxSummary - min(len(news), 1) - min(len(sky), 1)
	g := &digest{d: d}
	g.take(ofMail, &asks, first)
	if together := d.together(ps.asks); len(together) > 0 {
		g.take(ofMail, &together, first)
	}
	g.take(ofCalendar, &days, first)
	g.take(ofWaits, &late, first)
	g.take(ofMail, &facts, first)
	g.take(ofMail, &strangers, first)
	g.take(ofWaits, &came, first)
	g.take(ofNews, &news, maxSummary)
	g.take(ofWeather, &sky, maxSummary)
	for _, more := range []struct {
		part int
		from *[]minutes.Claim
	}{{ofWaits, &late}, {ofCalendar, &days}, {ofNews, &news}, {ofMail, &asks}, {ofMail, &facts}, {ofWaits, &came}, {ofMail, &strangers}, {ofMail, &soft}, {ofWaits, &coming}, {ofNews, &news}} {
		g.take(more.part, more.from, maxSummary)
	}
	return slices.Concat(g.out[:]...)
}

// late are things I wait for whose term has passed, coming those that are due today: the list of
// what I wait for has them too, so these have time.
func (d *desk) late() (late, coming []minutes.Claim) {
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "them" || l.Status != "open" || l.Due == nil || d.daysOff(*l.Due) > 0 || l.ask == nil || len(l.Evidence) == 0 {
			continue
		}
		c := d.lateLine(l)
		if d.overdue(l.ask.due) {
			late = append(late, c)
		} else {
			coming = append(coming, c)
		}
	}
	return late, coming
}

func (d *desk) lateLine(l *loop) minutes.Claim {
	day, what, w := d.dayName(*l.Due), l.Text.String(), l.Who.String()
	by := "by " + day
	if l.ask.due != nil {
		by = d.by(l.ask.due)
	}
	var text string
	switch asked, quoting := strings.CutPrefix(what, w+" to answer: "); {
	case quoting:
		text = "Nothing yet from " + w + ": you asked " + asked
	case d.overdue(l.ask.due) && !l.mail.Mail.FromMe:
		text = strings.Replace(what, w+" to ", w+" meant to ", 1) + " " + by + "; nothing has come."
	case d.overdue(l.ask.due):
		text = "Nothing yet from " + w + ", whom you asked to " + strings.TrimPrefix(what, w+" to ") + " " + by + "."
	default:
		text = strings.Replace(what, w+" to ", w+" is to ", 1) + " " + day + "."
	}
	c := claim(minutes.EngineComputed, stop(text), evidence(l.Evidence)...)
	if l.mail.Mail != nil {
		side := map[bool]string{true: "to", false: "from"}[l.mail.Mail.FromMe]
		c.Evidence = append(c.Evidence, minutes.Evidence{Item: l.Item, Quote: minutes.CleanLine(factLine(l.mail, side))})
	}
	return c
}

// came is what I waited for and has come since the brief before.
func (d *desk) came() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "them" || l.Status != "done" || l.mail.Mail == nil || !l.mail.Mail.FromMe {
			continue
		}
		t := d.threads[l.mail.Mail.Thread]
		it := t[len(t)-1]
		if it.Mail.FromMe || d.told[it.ID] || d.owed(it.ID) || d.in.Before != nil && it.At.Before(d.in.Before.GeneratedAt) || d.daysOff(it.At) < -1 {
			continue
		}
		out = append(out, d.cameLine(it, l))
	}
	return out
}

// cameLine says who has answered, and what, if that is short.
func (d *desk) cameLine(it minutes.Item, l *loop) minutes.Claim {
	text := who(it) + " has answered your " + quoted(clip(subject(l.mail), 8))
	quotes := []string{it.ID, factLine(it, "from"), it.ID, factLine(it, "attachments"), it.ID, it.Title.String()}
	if len(it.Mail.Attachments) > 0 {
		text += " with " + it.Mail.Attachments[0]
	} else if p, ok := d.gist(it); ok && count(text)+count(p.text) <= maxLine {
		return claim(minutes.EngineExtract, stop(text+": "+midSentence(p.text)), append(quotes, p.quotes...)...)
	}
	return claim(minutes.EngineComputed, text+".", quotes...)
}

// calendarLines are what changed in it and, for an empty day, what comes next.
func (d *desk) calendarLines() []minutes.Claim {
	out := d.moved()
	if !slices.ContainsFunc(d.agenda, func(s minutes.Scored) bool { return busy(s) && s.Event.End.After(d.m.Now) }) && !d.failed("ics", "caldav", "gcal") {
		if c := d.tomorrow(); !c.Text.Empty() {
			out = append(out, c)
		}
	}
	return out
}

// talked is from how many points a story is one that everyone talks of.
const talked = 300

// newsLines are the stories that lead: the one closest to the reader's interests, what everyone
// talks of, what touches another interest, then one of each kind before a second of any.
func (d *desk) newsLines() []minutes.Claim {
	var touching, everyone, other, second, first, rest []minutes.Claim
	theirs := "" // the interest that the first one touches
	kinds := map[minutes.Kind]bool{}
	for i, s := range d.news() {
		if i > enough {
			break
		}
		if d.told[s.ID] || s.Article != nil && business(s.Article.Category) && len(d.kind(minutes.KindQuote)) > 0 && d.touches(s) == 0 {
			continue
		}
		c := d.orRead(s.Item, d.story(s, true))
		switch {
		case d.touches(s) > 0 && len(touching) == 0:
			touching, theirs = append(touching, c), d.interest(s)
		case s.Story != nil && d.leads(s) && s.Story.Points >= talked:
			everyone = append(everyone, c)
		case d.touches(s) > 1 && d.interest(s) != theirs:
			other = append(other, c)
		case d.touches(s) > 1:
			second = append(second, c)
		case s.Story != nil && d.leads(s) || !kinds[s.Kind]:
			first = append(first, c)
		default:
			rest = append(rest, c)
			continue
		}
		kinds[s.Kind] = true
	}
	return slices.Concat(touching, everyone, other, second, first, rest)
}

// forecasts are those of the places of the day: one that an event of today lies in before home.
func (d *desk) forecasts() []minutes.Scored {
	fs := slices.Clone(d.kind(minutes.KindForecast))
	slices.SortStableFunc(fs, func(a, b minutes.Scored) int {
		return d.visits(b) - d.visits(a)
	})
	return fs
}

func (d *desk) visits(f minutes.Scored) int {
	n := 0
	for _, s := range d.agenda {
		if hasWords(s.Event.Location.String(), f.Forecast.Place.String()) {
			n++
		}
	}
	return n
}
