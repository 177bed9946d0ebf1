package ics

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dailyminutes/minutes/connectors/ics/rrule"
)

// Limits of one document's expansion. A step is some tens of nanoseconds, so a file costs a second
// of rules at most; a rule is refused only when its steps run out or it floods the window.
const (
	fileSteps = 20_000_000
	ruleSteps = 2_000_000
	zoneSteps = 5_000_000
	// maxRepeats is every ten minutes, day and night, for five weeks: no meeting does that.
	maxRepeats = 5_000
	// maxOccurrences of a whole file in the window.
	maxOccurrences = 20_000
	// maxDates of RDATE and EXDATE that are kept for one event; only those near the window are.
	maxDates = 50_000
	// maxShift is how far a change to "this and all that follow" may move them.
	maxShift = 400 * daySeconds
)

// An occurrence is one event on one day, from start to end in unix seconds.
type occurrence struct {
	event      int // whose words to use
	start, end int64
	key        key // which occurrence of its series it is
	allDay     bool
	recurring  bool
	note       *zone // the zone it was read in
}

// A key names an occurrence by where it stood in its series before anything was changed: by its
// moment, by its day, or not at all where an event is alone. So a meeting that is moved keeps its id.
type key struct {
	kind keyKind
	at   int64 // unix seconds, or a day number
}

type keyKind uint8

const (
	alone keyKind = iota
	byMoment
	byDay
)

func (k key) String() string {
	switch k.kind {
	case byDay:
		return time.Unix(k.at*daySeconds, 0).UTC().Format("20060102")
	case byMoment:
		return time.Unix(k.at, 0).UTC().Format("20060102T150405Z")
	}
	return ""
}

// An expander turns the events of a file into the occurrences in a window.
type expander struct {
	*file
	zones    *zones
	from, to int64
	steps    int
	limit    int // occurrences
	out      []occurrence
	full     bool // limit was reached
	failed   []failure
	walls    []int64 // scratch
}

// A failure is an event that is lost, and why.
type failure struct {
	event  int
	reason string
}

// A series is all that a file says about one UID.
type series struct {
	masters []int
	changes []int // with RECURRENCE-ID
}

func (x *expander) fail(event int, reason string) {
	x.failed = append(x.failed, failure{event, reason})
}

// run expands everything.
func (x *expander) run() {
	for _, s := range x.group() {
		if x.full {
			return
		}
		if len(s.masters) == 0 {
			for _, c := range s.changes {
				x.alone(c, nil)
			}
			continue
		}
		for n, m := range s.masters {
			if n >= maxMasters && len(s.changes) > 0 {
				x.fail(m, "too many events share its UID")
				continue
			}
			x.series(m, s)
			if n == 0 && !x.events[m].off { // a series that is called off takes its changes with it
				for _, c := range s.changes {
					x.alone(c, &x.events[m])
				}
			}
		}
	}
}

// group sorts events by UID, keeps the newest version of each, and sets aside what is broken.
func (x *expander) group() []*series {
	all := make([]*series, 0, len(x.events))
	block := make([]series, len(x.events))
	byUID := make(map[string]*series, len(x.events))
	ids := make([]int, len(x.events))
	for i := range x.events {
		e := &x.events[i]
		switch x.calendars[e.cal].method {
		case "REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH": // what others answered: no event of mine
			continue
		case "CANCEL":
			e.off = true
		}
		if e.start.kind == missing && e.bad == "" && !e.off { // calling off takes no time
			e.bad = "it has no DTSTART"
		}
		if e.bad != "" {
			x.fail(i, e.bad)
			continue
		}
		var s *series
		if len(e.uid) > 0 {
			s = byUID[string(e.uid)]
		}
		if s == nil {
			s = &block[i]
			all = append(all, s)
			if len(e.uid) > 0 {
				byUID[string(e.uid)] = s
			}
		}
		ids[i] = i
		switch {
		case e.original.kind != missing:
			s.changes = x.keep(s.changes, i)
		case s.masters == nil:
			s.masters = ids[i : i+1 : i+1]
		default:
			s.masters = x.keep(s.masters, i)
		}
	}
	return all
}

// manyVersions is how many events may share a UID before only neighbours are compared: programs
// that give all their events one UID must not cost the square of their number.
const manyVersions = 64

// maxMasters is how many series with one UID are compared with the changes to that UID.
const maxMasters = 8

// keep adds event i to versions, in place of those it supersedes. Events that claim the same UID
// and the same revision but not the same time are not versions of each other: some programs give
// several events one UID.
func (x *expander) keep(versions []int, i int) []int {
	e := &x.events[i]
	for j := max(0, len(versions)-manyVersions); j < len(versions); j++ {
		o := &x.events[versions[j]]
		if !e.original.same(o.original) {
			continue
		}
		same := e.original.kind != missing || e.start.same(o.start) || e.start.kind == missing || o.start.kind == missing
		switch d := e.newer(o); {
		case d > 0, d == 0 && same && !o.off:
			versions[j] = i
			return versions
		case d < 0, same:
			return versions
		}
	}
	return append(versions, i)
}

func (s stamp) same(o stamp) bool {
	return s.wall == o.wall && s.kind == o.kind && bytes.Equal(s.tzid, o.tzid)
}

// touches says whether an occurrence is in the window, at least in part.
func (x *expander) touches(start, end int64) bool {
	return start < x.to && (end > x.from || start >= x.from)
}

// add keeps an occurrence that touches the window.
func (x *expander) add(o occurrence) {
	if !x.touches(o.start, o.end) {
		return
	}
	if len(x.out) == x.limit {
		x.full = true
		return
	}
	if len(x.out) == cap(x.out) {
		x.out = slices.Grow(x.out, max(256, len(x.out))) // append alone would copy more often
	}
	x.out = append(x.out, o)
}

// alone adds an event at its own time: one that does not repeat, or a changed occurrence.
func (x *expander) alone(i int, master *event) {
	e := &x.events[i]
	if e.off {
		return
	}
	z := x.zones.of(e.start, e.cal)
	l := x.length(e, z)
	o := occurrence{event: i, allDay: e.start.kind == date, note: z}
	o.start, o.end = l.span(z, e.start.wall)
	if e.original.kind != missing {
		if master == nil {
			master = e
		}
		o.recurring, o.key = true, x.keyOf(e.original, master)
	}
	x.add(o)
}

// keyOf is the key of a RECURRENCE-ID.
func (x *expander) keyOf(original stamp, master *event) key {
	switch {
	case master.start.kind == date:
		return key{byDay, dayOf(original.wall)}
	case original.kind == date: // the one of that day: it would have begun when all do
		wall := original.wall + master.start.wall - dayOf(master.start.wall)*daySeconds
		return key{byMoment, x.relative(original, master).moment(wall)}
	}
	return key{byMoment, x.relative(original, master).moment(original.wall)}
}

// relative is the zone of a time that speaks of an event: one without a zone is in the event's.
func (x *expander) relative(s stamp, e *event) *zone {
	if s.kind == floating || s.kind == date {
		return x.zones.of(e.start, e.cal)
	}
	return x.zones.of(s, e.cal)
}

// series adds the occurrences of a master, and in their place those that were changed.
func (x *expander) series(m int, s *series) {
	e := &x.events[m]
	if e.off {
		return
	}
	if !e.repeats && len(s.changes) == 0 {
		before := len(x.out)
		x.alone(m, nil)
		if len(s.masters) > 1 && len(x.out) > before { // several events with one UID
			x.out[before].key = x.keyOf(e.start, e)
		}
		return
	}
	ch := x.changes(e, s)
	z := x.zones.of(e.start, e.cal)
	l := x.length(e, z)
	starts, err := x.starts(e, z, l, ch.shift)
	if err != nil {
		x.fail(m, reason(err))
		return
	}
	before := len(x.out)
	for _, at := range starts {
		x.place(m, e, z, l, at, ch)
		if len(x.out)-before > maxRepeats {
			x.out = x.out[:before]
			x.fail(m, fmt.Sprintf("it repeats more than %d times in five weeks", maxRepeats))
			return
		}
	}
}

func reason(err error) string {
	if errors.Is(err, rrule.ErrBudget) {
		return "its recurrence rule is too dense or too long to work out"
	}
	return err.Error()
}

// place adds one regular occurrence, unless it was changed on its own; a change to "this and all
// that follow" lends it its time and words.
func (x *expander) place(m int, e *event, z *zone, l length, at start, ch changes) {
	allDay := e.start.kind == date
	id, day := at.wall, dayOf(at.wall)
	if !allDay {
		id = at.unix
	}
	if ch.days[day] || ch.moments[id] {
		return
	}
	o := occurrence{event: m, allDay: allDay, recurring: e.repeats, note: z}
	o.start, o.end = l.span(z, at.wall)
	if at.length != nil {
		o.start, o.end = at.length.span(z, at.wall)
	}
	if r := ch.later(id); r != nil {
		c := &x.events[r.event]
		if c.off {
			return
		}
		o.event, o.allDay, o.note = r.event, c.start.kind == date, r.zone
		o.start, o.end = r.length.span(r.zone, at.wall+r.delta)
	}
	if !x.touches(o.start, o.end) {
		return
	}
	if allDay {
		o.key = key{byDay, day}
	} else {
		o.key = key{byMoment, at.unix}
	}
	x.add(o)
}
