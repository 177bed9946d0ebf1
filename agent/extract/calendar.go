package extract

import (
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// dayInOne is the calendar slot: how many, from when, and what is wrong with the day.
func (d *desk) dayInOne() minutes.Claim {
	var timed []minutes.Scored
	for _, s := range d.agenda {
		if busy(s) && s.Event.End.After(d.m.Now) {
			timed = append(timed, s)
		}
	}
	if len(timed) == 0 {
		return d.allDayInOne()
	}
	today := " events today"
	if slices.ContainsFunc(d.agenda, func(s minutes.Scored) bool { return busy(s) && !s.Event.End.After(d.m.Now) }) {
		today = " events left today"
	}
	var quotes []string
	for _, s := range timed {
		quotes = append(quotes, s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"))
	}
	text := ""
	switch a, b, clash := firstClash(timed); {
	case len(timed) == 1:
		return d.oneEvent(timed[0])
	case clash:
		text = upper(numeral(len(timed))) + today + ", the first at " + d.clock(timed[0].Event.Start) + "; " + d.clashing(a, b)
		if c, e, ok := secondClash(timed); ok && count(text) < 22 {
			text += "; so do " + name(c) + " and " + name(e) + " at " + d.clock(e.Event.Start)
		}
	default:
		text = upper(numeral(len(timed))) + today + map[bool]string{true: ", ", false: ": "}[len(timed) > 3] + d.list(timed)
		if from, to, before, after, ok := longestGap(timed); ok && count(text) < 22 {
			text += "; free from " + d.clock(from) + " to " + d.clock(to)
			quotes = append(quotes, before.ID, factLine(before.Item, "ends"), after.ID, factLine(after.Item, "starts"))
		}
	}
	c := claim(minutes.EngineComputed, text+".", quotes...)
	c.Section = "calendar"
	return c
}

// clashing names two events that overlap; one that has moved since the brief before is the likely
// cause, and said to have.
func (d *desk) clashing(a, b minutes.Scored) string {
	at := func(s minutes.Scored) string {
		if d.hasMoved(s) {
			d.saidMoved[s.ID] = true
			return name(s) + ", moved to " + d.clock(s.Event.Start) + ","
		}
		return name(s) + " at " + d.clock(s.Event.Start)
	}
	return strings.TrimSuffix(at(a)+" and "+at(b), ",") + " clash"
}

// hasMoved says whether an event starts at another time than in the brief before.
func (d *desk) hasMoved(s minutes.Scored) bool {
	if d.in.Before == nil || s.Event.AllDay {
		return false
	}
	was, ok := beforeEvents(d.in.Before)[s.ID]
	return ok && !was.start.Equal(s.Event.Start)
}

// list names up to three events with their times; of more, the first, the most important and the last.
func (d *desk) list(timed []minutes.Scored) string {
	shown := timed
	if len(timed) > 3 {
		top := 1
		for i := 1; i < len(timed)-1; i++ {
			if timed[i].Score > timed[top].Score {
				top = i
			}
		}
		shown = []minutes.Scored{timed[0], timed[top], timed[len(timed)-1]}
	}
	var parts []string
	for _, s := range shown {
		at := name(s) + " at " + d.clock(s.Event.Start)
		if _, changed := d.alertOf(s); changed {
			at += " by your calendar"
		}
		parts = append(parts, at)
	}
	if len(timed) > 3 {
		return "from " + parts[0] + " to " + parts[2] + ", with " + parts[1] + " between"
	}
	return enumerate(parts)
}

func (d *desk) oneEvent(s minutes.Scored) minutes.Claim {
	text := "One event today: " + name(s) + " at " + d.clock(s.Event.Start)
	if l := s.Event.Location.Line().String(); l != "" && count(l) < 9 && !strings.Contains(l, "://") {
		text += ", " + l
	}
	var with []string
	for _, a := range s.Event.Attendees {
		if !d.people.mine(a) && len(with) < 2 && !a.Name.Empty() {
			with = append(with, a.Name.String())
		}
	}
	if len(with) > 0 {
		text += ", with " + enumerate(with)
	}
	c := claim(minutes.EngineComputed, text+".", s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "where"), s.ID, factLine(s.Item, "with"))
	c.Section = "calendar"
	return c
}

// allDayInOne is for a day without hours: a birthday, a holiday.
func (d *desk) allDayInOne() minutes.Claim {
	var names, quotes []string
	for _, s := range d.agenda {
		if s.Event.AllDay && len(names) < 3 {
			names = append(names, name(s))
			quotes = append(quotes, s.ID, s.Title.String(), s.ID, factLine(s.Item, "all day"))
		}
	}
	if len(names) == 0 {
		return minutes.Claim{}
	}
	c := claim(minutes.EngineComputed, "Nothing with an hour today; all day: "+enumerate(names)+".", quotes...)
	c.Section = "calendar"
	return c
}

func firstClash(timed []minutes.Scored) (a, b minutes.Scored, ok bool) {
	for i := range timed {
		for j := i + 1; j < len(timed); j++ {
			if clashes(timed[i], timed[j]) {
				return timed[i], timed[j], true
			}
		}
	}
	return a, b, false
}

// secondClash is the next pair that has nothing to do with the first.
func secondClash(timed []minutes.Scored) (a, b minutes.Scored, ok bool) {
	x, y, _ := firstClash(timed)
	var rest []minutes.Scored
	for _, s := range timed {
		if s.ID != x.ID && s.ID != y.ID {
			rest = append(rest, s)
		}
	}
	return firstClash(rest)
}

// longestGap is the longest free stretch of at least an hour between two events.
func longestGap(timed []minutes.Scored) (from, to time.Time, before, after minutes.Scored, ok bool) {
	best := time.Hour - 1
	last := timed[0]
	for _, s := range timed[1:] {
		if gap := s.Event.Start.Sub(last.Event.End); gap > best {
			best, from, to, before, after, ok = gap, last.Event.End, s.Event.Start, last, s, true
		}
		if s.Event.End.After(last.Event.End) {
			last = s
		}
	}
	return
}

// moved says which of today's and tomorrow's events have another time than in the brief before.
func (d *desk) moved() []minutes.Claim {
	var out []minutes.Claim
	for _, s := range append(d.day(), d.eventsOf(1)...) {
		if !d.hasMoved(s) || d.saidMoved[s.ID] {
			continue
		}
		out = append(out, claim(minutes.EngineComputed, upper(name(s))+" has moved: it is now "+d.span(s.Event)+".",
			s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "ends")))
	}
	return out
}

// tomorrow is the first event of the next day, for a day that has none.
func (d *desk) tomorrow() minutes.Claim {
	for _, s := range d.eventsOf(1) {
		if busy(s) {
			text := "Tomorrow begins with " + name(s) + " at " + d.clock(s.Event.Start)
			if l := s.Event.Location.Line().String(); l != "" && count(l) < 8 {
				text += ", " + l
			}
			return claim(minutes.EngineComputed, text+".", s.ID, s.Title.String(), s.ID, factLine(s.Item, "starts"), s.ID, factLine(s.Item, "where"))
		}
	}
	return minutes.Claim{}
}
