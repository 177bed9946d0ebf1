package extract

import (
	"slices"
	"strings"

	"github.com/dailyminutes/minutes"
)

// The summary has at most six lines, five when there is matter; half of it is mail on a day that
// has other things to say.
const (
	maxSummary = 6
	wantMail   = 3
)

// summary is what else one should know, in the order one would tell it: people, what is waited
// for, the calendar, the news, the weather.
func (d *desk) summary() []minutes.Claim {
	mail := d.mailLines()
	late := d.late()
	days := d.calendarLines()
	news := d.newsLines()
	var sky []minutes.Claim
	for _, f := range d.forecasts() {
		sky = append(sky, d.weather(f))
	}
	rooms := maxSummary - min(len(sky), 1) - min(len(news), 1)
	n := min(len(mail), max(wantMail, rooms-len(late)-len(days)))
	var out []minutes.Claim
	add := func(cs []minutes.Claim, limit int) {
		for _, c := range cs {
			if limit == 0 || len(out) == maxSummary {
				return
			}
			if d.tell(c) {
				out = append(out, c)
				for _, id := range c.Items {
					d.told[id] = true
				}
				limit--
			}
		}
	}
	reserve := func(after ...int) int {
		left := maxSummary - len(out)
		for _, n := range after {
			left -= n
		}
		return max(left, 0)
	}
	add(mail[:n], n)
	add(late, min(1, reserve(min(len(days), 1), min(len(news), 1), min(len(sky), 1))))
	add(days, min(2, reserve(min(len(news), 1), min(len(sky), 1))))
	add(news, min(2, reserve(min(len(sky), 1))))
	add(sky, 1)
	return out
}

// mailLines are the mails worth a line that the TL;DR and the insights have not told.
func (d *desk) mailLines() []minutes.Claim {
	var out []minutes.Claim
	for _, p := range d.picks() {
		if d.told[p.mail.ID] || p.weight < 15 {
			continue
		}
		if c := d.mailLine(p, false); !c.Text.Empty() {
			out = append(out, c)
		}
	}
	return out
}

// late are things I wait for whose term has come or passed, the oldest first.
func (d *desk) late() []minutes.Claim {
	var out []minutes.Claim
	for i := range d.loops {
		l := &d.loops[i]
		if l.Owner != "them" || l.Status != "open" || l.Due == nil || d.daysOff(*l.Due) > 0 || l.ask == nil || len(l.Evidence) == 0 {
			continue
		}
		day := d.dayName(*l.Due)
		what := l.Text.String()
		text := ""
		switch {
		case d.overdue(l.ask.due) && !l.mail.Mail.FromMe:
			text = strings.Replace(what, l.Who.String()+" to ", l.Who.String()+" meant to ", 1) + " by " + day + "; nothing has come."
		case d.overdue(l.ask.due):
			text = "Nothing yet from " + l.Who.String() + ", whom you asked to " + strings.TrimPrefix(what, l.Who.String()+" to ") + " by " + day + "."
		default:
			text = "Due " + day + " from others: " + what + "."
		}
		if strings.Contains(text, " to answer: ") {
			text = "Nothing yet from " + l.Who.String() + ": you asked " + strings.TrimPrefix(what, l.Who.String()+" to answer: ")
		}
		c := claim(minutes.EngineComputed, stop(text), evidence(l.Evidence)...)
		if l.mail.Mail != nil {
			c.Evidence = append(c.Evidence, minutes.Evidence{Item: l.Item, Quote: minutes.CleanLine(factLine(l.mail, "to"))})
			if !l.mail.Mail.FromMe {
				c.Evidence[len(c.Evidence)-1].Quote = minutes.CleanLine(factLine(l.mail, "from"))
			}
		}
		out = append(out, c)
	}
	return out
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

// newsLines are the stories that lead, one of each kind before a second of any.
func (d *desk) newsLines() []minutes.Claim {
	var first, rest []minutes.Claim
	kinds := map[minutes.Kind]bool{}
	for _, s := range d.news() {
		if d.told[s.ID] || s.Article != nil && business(s.Article.Category) && len(d.kind(minutes.KindQuote)) > 0 && d.touches(s) == 0 {
			continue
		}
		c := d.story(s, true)
		if kinds[s.Kind] {
			rest = append(rest, c)
			continue
		}
		kinds[s.Kind] = true
		first = append(first, c)
	}
	return append(first, rest...)
}

// forecasts are those of the places of the day: one that an event of today lies in before home.
func (d *desk) forecasts() []minutes.Scored {
	fs := d.kind(minutes.KindForecast)
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
