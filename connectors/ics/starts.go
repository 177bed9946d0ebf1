package ics

import (
	"bytes"
	"fmt"
	"math"
	"slices"

	"github.com/dailyminutes/minutes/connectors/ics/ical"
	"github.com/dailyminutes/minutes/connectors/ics/rrule"
)

// A length is how long an event lasts: whole days on the calendar, then seconds.
type length struct {
	days, seconds int64
	allDay        bool
}

// span is the start and end of an occurrence that begins at a wall time. Days are counted on the
// calendar, since one may have 23 or 25 hours; seconds pass as they do.
func (l length) span(z *zone, wall int64) (start, end int64) {
	if l.allDay {
		day := dayOf(wall)
		return z.moment(day * daySeconds), z.moment((day + l.days) * daySeconds)
	}
	start = z.moment(wall)
	if l.days == 0 {
		return start, start + l.seconds
	}
	return start, z.moment(wall+l.days*daySeconds) + l.seconds
}

// reach is no less than what span can last.
func (l length) reach() int64 { return (l.days+1)*daySeconds + l.seconds }

// length is the event's: DTEND, else DURATION, else a day or a moment. What cannot be read or ends
// before it starts counts as not given: when a meeting starts is worth more than when it ends.
func (x *expander) length(e *event, z *zone) length {
	allDay := e.start.kind == date
	l := length{allDay: allDay}
	if p := e.first(pEnd); p != nil {
		if end, err := stampOf(p.value, p.params); err == nil {
			return x.until(e, z, end)
		}
	}
	if p := e.first(pDuration); p != nil {
		if d, err := ical.ParseDuration(p.value); err == nil && d.Days >= 0 && d.Seconds >= 0 {
			l.days, l.seconds = d.Days, d.Seconds
			if allDay {
				l.days, l.seconds = d.Days+(d.Seconds+daySeconds-1)/daySeconds, 0
			}
		}
	}
	if allDay {
		l.days = max(l.days, 1)
	}
	return l
}

// until is the length up to an end, whose kind need not be that of the start.
func (x *expander) until(e *event, z *zone, end stamp) length {
	if e.start.kind == date {
		days := dayOf(end.wall) - dayOf(e.start.wall)
		if end.kind != date && dayOf(end.wall)*daySeconds != end.wall {
			days++ // it reaches into that day
		}
		return length{allDay: true, days: max(days, 1)}
	}
	ez := z // a day ends, and a time without a zone is read, in the zone of the start
	if end.kind == utc || end.kind == zoned {
		ez = x.zones.of(end, e.cal)
	}
	return length{seconds: max(ez.moment(end.wall)-z.moment(e.start.wall), 0)}
}

// A start is one beginning in a series, on the clock and as a moment. Its length is the series'
// unless RDATE gave a period.
type start struct {
	wall, unix int64
	length     *length
}

// starts are the beginnings of a series whose occurrences may touch the window, in order.
func (x *expander) starts(e *event, z *zone, l length, shift int64) ([]start, error) {
	// A day more at both ends: the window is in moments, rules are on the clock.
	from := x.from - l.reach() - shift - 2*daySeconds
	to := x.to + shift + 2*daySeconds
	allDay := e.start.kind == date
	x.walls = x.walls[:0]
	for i := range e.props {
		if p := &e.props[i]; p.id == pRRule {
			if err := x.rule(p.value, e, z, from, to); err != nil {
				return nil, err
			}
		}
	}
	// What the organizer wrote down as the first meeting is one, whether or not the rule agrees.
	if e.start.wall >= from && e.start.wall < to {
		x.walls = append(x.walls, e.start.wall)
	}
	slices.Sort(x.walls)
	x.walls = slices.Compact(x.walls)
	except, err := x.exceptions(e, z, from, to)
	if err != nil {
		return nil, err
	}
	out := make([]start, 0, len(x.walls))
	for _, w := range x.walls {
		out = append(out, start{wall: w, unix: z.moment(w)})
	}
	out = append(out, x.dates(e, z, from, to)...)
	slices.SortStableFunc(out, func(a, b start) int {
		if a.unix != b.unix {
			return int(max(min(a.unix-b.unix, 1), -1))
		}
		if a.length != nil && b.length == nil { // a period says more than a time
			return -1
		}
		return 0
	})
	// Two times on the clock can be one moment where an hour is skipped.
	out = slices.CompactFunc(out, func(a, b start) bool { return a.unix == b.unix })
	return slices.DeleteFunc(out, func(s start) bool { return except.has(s, allDay) }), nil
}

// rule adds the walls of one RRULE.
func (x *expander) rule(text []byte, e *event, z *zone, from, to int64) error {
	r, err := rrule.Parse(ical.String(text))
	if err != nil {
		return err
	}
	if e.start.kind == date {
		r.Hours, r.Minutes, r.Seconds = nil, nil, nil // RFC 5545: not with days
		if r.Until.Set {                              // the day it falls on as written, in whatever zone that was
			r.Until.Date = true
		}
	} else if r.Until.UTC {
		r.Until.Wall = z.wall(r.Until.Wall)
	}
	steps := min(ruleSteps, x.steps)
	left, n := steps, 0
	err = r.Between(e.start.wall, from, to, &left, func(w int64) bool {
		if e.start.kind == date {
			w = dayOf(w) * daySeconds
		}
		if k := len(x.walls); k > 0 && x.walls[k-1] == w {
			return true
		}
		x.walls = append(x.walls, w)
		n++
		return n <= 2*maxRepeats
	})
	x.steps -= steps - left
	if err == nil && n > 2*maxRepeats {
		err = fmt.Errorf("it repeats more than %d times in five weeks", maxRepeats)
	}
	return err
}

// exceptions are EXDATE and EXRULE near the window, sorted.
type exceptions struct {
	days    []int64 // given by day
	moments []int64
	walls   []int64 // by rule
}

func (x exceptions) has(s start, allDay bool) bool {
	if _, ok := slices.BinarySearch(x.days, dayOf(s.wall)); ok {
		return true
	}
	if _, ok := slices.BinarySearch(x.walls, s.wall); ok {
		return true
	}
	if allDay {
		return false
	}
	_, ok := slices.BinarySearch(x.moments, s.unix)
	return ok
}

func (x *expander) exceptions(e *event, z *zone, from, to int64) (exceptions, error) {
	var out exceptions
	for i := range e.props {
		p := &e.props[i]
		switch p.id {
		case pExDate:
			each(p, func(s stamp, _ []byte) {
				switch {
				case s.wall < from-2*daySeconds || s.wall > to+2*daySeconds || len(out.days)+len(out.moments) >= maxDates:
				case s.kind == date || e.start.kind == date:
					out.days = append(out.days, dayOf(s.wall))
				default:
					out.moments = append(out.moments, x.relative(s, e).moment(s.wall))
				}
			})
		case pExRule:
			kept := x.walls
			x.walls = nil
			err := x.rule(p.value, e, z, from, to)
			out.walls = append(out.walls, x.walls...)
			x.walls = kept
			if err != nil {
				return out, err
			}
		}
	}
	slices.Sort(out.days)
	slices.Sort(out.moments)
	slices.Sort(out.walls)
	return out, nil
}

// dates are the RDATEs near the window. One given as a day in a series with a time of day has that
// time; a period has its own length.
func (x *expander) dates(e *event, z *zone, from, to int64) []start {
	var out []start
	for i := range e.props {
		p := &e.props[i]
		if p.id != pRDate {
			continue
		}
		each(p, func(s stamp, period []byte) {
			if s.wall < from || s.wall > to || len(out) >= maxDates {
				return
			}
			at := start{wall: s.wall}
			switch {
			case e.start.kind == date:
				at.wall = dayOf(s.wall) * daySeconds
			case s.kind == date:
				at.wall += e.start.wall - dayOf(e.start.wall)*daySeconds
			default:
				// On the clock of the series, whatever zone it was written in.
				if rz := x.relative(s, e); rz != z {
					at.wall = z.wall(rz.moment(s.wall))
				}
			}
			at.unix = z.moment(at.wall)
			if len(period) > 0 && e.start.kind != date {
				at.length = x.period(e, s, at.unix, period)
			}
			out = append(out, at)
		})
	}
	return out
}

// period is the length of an RDATE;VALUE=PERIOD: an end or a duration. nil if it cannot be read.
func (x *expander) period(e *event, s stamp, from int64, text []byte) *length {
	if d, err := ical.ParseDuration(text); err == nil && d.Days >= 0 && d.Seconds >= 0 {
		return &length{days: d.Days, seconds: d.Seconds}
	}
	end, err := stampOf(text, nil)
	if err != nil {
		return nil
	}
	if end.kind == floating {
		end.kind, end.tzid = s.kind, s.tzid
	}
	if n := x.relative(end, e).moment(end.wall) - from; n >= 0 && n < math.MaxInt32 {
		return &length{seconds: n}
	}
	return nil
}

// each calls f with every time of a list, and with what follows a slash. Times that cannot be read
// are passed over: the others stand.
func each(p *prop, f func(s stamp, period []byte)) {
	for v := range bytes.SplitSeq(p.value, []byte{','}) {
		at, period, _ := bytes.Cut(v, []byte{'/'})
		if s, err := stampOf(at, p.params); err == nil {
			f(s, bytes.TrimSpace(period))
		}
	}
}
