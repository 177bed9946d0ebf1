package ics

import (
	"math"
	"time"
	_ "time/tzdata" // a bare container has no zones

	"github.com/dailyminutes/minutes"
)

const daySeconds = 86400

// dayOf is the day number of a wall time, also before 1970.
func dayOf(wall int64) int64 {
	d := wall / daySeconds
	if wall%daySeconds < 0 {
		d--
	}
	return d
}

// A zone turns what a clock on the wall shows into moments. It remembers the stretches between
// clock changes that it met: thousands of occurrences fall into few of them.
type zone struct {
	loc  *time.Location
	note minutes.Safe // how it was found, when that was a guess
	met  []stretch
}

// A stretch is a time without a clock change, [from, to) in unix seconds.
type stretch struct {
	from, to, offset int64
}

// margin is more than any clock was ever put forward or back: nearer than this to a change, wall
// times may not exist or exist twice.
const margin = 26 * 3600

func (z *zone) at(unix int64) stretch {
	for _, s := range z.met {
		if unix >= s.from && unix < s.to {
			return s
		}
	}
	t := time.Unix(unix, 0).In(z.loc)
	_, offset := t.Zone()
	begin, end := t.ZoneBounds()
	s := stretch{math.MinInt64, math.MaxInt64, int64(offset)}
	if !begin.IsZero() {
		s.from = begin.Unix()
	}
	if !end.IsZero() {
		s.to = end.Unix()
	}
	if len(z.met) >= 16 { // a rule that wanders through decades
		z.met = z.met[:0]
	}
	z.met = append(z.met, s)
	return s
}

// moment is the unix time of a wall time. A time that does not exist, in the hour that is skipped
// in spring, is read with the offset before the change, so 02:30 is what the clock calls 03:30; one
// that exists twice is the first of the two (RFC 5545, 3.3.5).
func (z *zone) moment(wall int64) int64 {
	for _, s := range z.met {
		u := wall - s.offset
		if u-margin >= s.from && u+margin < s.to {
			return u
		}
	}
	before, after := z.at(wall-margin).offset, z.at(wall+margin).offset
	if u := wall - before; z.at(u).offset == before {
		return u
	}
	if u := wall - after; z.at(u).offset == after {
		return u
	}
	return wall - before
}

// wall is what the clock shows at a moment.
func (z *zone) wall(unix int64) int64 { return unix + z.at(unix).offset }
