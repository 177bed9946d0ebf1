package ics

import "slices"

// changes are the occurrences of a series that differ from its rule.
type changes struct {
	moments map[int64]bool // by original start: unix seconds, or the wall of an all-day one
	days    map[int64]bool // given by day only
	ranges  []shift        // THISANDFUTURE, in order
	shift   int64          // the furthest that a range moves anything
}

// A shift is a change to an occurrence and all after it.
type shift struct {
	from   int64 // like changes.moments
	event  int
	delta  int64 // on the clock
	zone   *zone
	length length
}

func (c changes) later(id int64) *shift {
	for i := len(c.ranges) - 1; i >= 0; i-- {
		if c.ranges[i].from <= id {
			return &c.ranges[i]
		}
	}
	return nil
}

func (x *expander) changes(e *event, s *series) changes {
	var ch changes
	if len(s.changes) == 0 {
		return ch
	}
	ch.moments, ch.days = map[int64]bool{}, map[int64]bool{}
	for _, i := range s.changes {
		c := &x.events[i]
		id := c.original.wall
		switch {
		case e.start.kind == date:
			id = dayOf(id) * daySeconds
			ch.moments[id] = true
		case c.original.kind == date:
			ch.days[dayOf(id)] = true
			id = x.zones.of(e.start, e.cal).moment(id)
		default:
			id = x.relative(c.original, e).moment(id)
			ch.moments[id] = true
		}
		if c.future {
			x.addRange(&ch, i, id, e)
		}
	}
	slices.SortFunc(ch.ranges, func(a, b shift) int { return int(max(min(a.from-b.from, 1), -1)) })
	return ch
}

// addRange works out what a THISANDFUTURE change does to the occurrences after it: as much later
// or earlier on the clock as its own one.
func (x *expander) addRange(ch *changes, i int, id int64, e *event) {
	c := &x.events[i]
	if c.off {
		ch.ranges = append(ch.ranges, shift{from: id, event: i})
		return
	}
	z := x.zones.of(c.start, c.cal)
	was := id // all-day: a wall time
	if e.start.kind != date {
		was = x.zones.of(e.start, e.cal).wall(id)
	}
	if delta := c.start.wall - was; delta <= maxShift && delta >= -maxShift {
		ch.ranges = append(ch.ranges, shift{from: id, event: i, delta: delta, zone: z, length: x.length(c, z)})
		ch.shift = max(ch.shift, delta, -delta)
	}
}
