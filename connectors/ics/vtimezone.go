package ics

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/dailyminutes/minutes/connectors/ics/rrule"
)

// maxOnsets bounds the clock changes of one zone in a file: two a year since the year 1.
const maxOnsets = 5_000

// An onset is a clock change: from then on the offset holds.
type onset struct {
	unix   int64
	offset int
}

// build makes a location of a zone's definition, right for the given years; nil if there is
// nothing usable in it.
func (v *vtimezone) build(years [2]int, steps *int) *time.Location {
	var all []onset
	first := -1 // the earliest part says what held before it
	var earliest int64
	for i := range v.parts {
		o := &v.parts[i]
		if !o.hasTo {
			continue
		}
		if !o.hasFrom {
			o.from = o.to
		}
		start, err := stampOf(o.start, nil)
		if err != nil {
			start.wall = rrule.Wall(1970, 1, 1, 0, 0, 0)
		}
		if first < 0 || start.wall < earliest {
			first, earliest = i, start.wall
		}
		for _, w := range o.walls(start.wall, years, steps) {
			all = append(all, onset{w - int64(o.from), o.to})
		}
	}
	if first < 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b onset) int { return int(max(min(a.unix-b.unix, 1), -1)) })
	// Of what lies before the years that are asked for only the last matters.
	begin := rrule.Wall(years[0], 1, 1, 0, 0, 0)
	before := v.parts[first].from
	for len(all) > 0 && all[0].unix < begin {
		before, all = all[0].offset, all[1:]
	}
	return location(string(v.id), before, all)
}

// settled is how far before the years that are asked for a rule without an end is followed: its last
// clock change before them is the one that counts.
const settled = 10

// walls are the times on the old clock at which an observance begins.
func (o *observance) walls(start int64, years [2]int, steps *int) []int64 {
	out := []int64{start}
	near, to := rrule.Wall(years[0]-settled, 1, 1, 0, 0, 0), rrule.Wall(years[1], 12, 31, 0, 0, 0)
	for _, text := range o.rules {
		r, err := rrule.Parse(string(text))
		if err != nil {
			continue
		}
		if r.Until.UTC {
			r.Until.Wall += int64(o.from)
		}
		from := start
		if r.Count == 0 && (!r.Until.Set || r.Until.Wall > near) {
			from = max(from, near)
		}
		_ = r.Between(start, from, to, steps, func(w int64) bool {
			out = append(out, w)
			return len(out) < maxOnsets
		})
	}
	for _, list := range o.dates {
		for v := range bytes.SplitSeq(list, []byte{','}) {
			if s, err := stampOf(v, nil); err == nil && len(out) < maxOnsets {
				if s.kind == utc {
					s.wall += int64(o.from)
				}
				out = append(out, s.wall)
			}
		}
	}
	return out
}

// location makes a *time.Location of clock changes. The standard library makes one only of the
// bytes of a zone file (RFC 8536), so such a file is written here.
func location(name string, before int, changes []onset) *time.Location {
	offsets := []int{before} // the first is what holds before all changes
	index := make([]byte, len(changes))
	for i, c := range changes {
		j := slices.Index(offsets[1:], c.offset) + 1
		if j == 0 {
			if len(offsets) == 250 {
				return nil
			}
			j = len(offsets)
			offsets = append(offsets, c.offset)
		}
		index[i] = byte(j)
	}
	const abbrev = "LMT\x00"
	var b bytes.Buffer
	header := func(times, types, chars int) {
		b.WriteString("TZif2")
		b.Write(make([]byte, 15))
		for _, n := range []int{0, 0, 0, times, types, chars} {
			_ = binary.Write(&b, binary.BigEndian, uint32(n))
		}
	}
	header(0, 1, len(abbrev)) // the part for programs with 32-bit times
	b.Write([]byte{0, 0, 0, 0, 0, 0})
	b.WriteString(abbrev)
	header(len(changes), len(offsets), len(abbrev))
	for _, c := range changes {
		_ = binary.Write(&b, binary.BigEndian, c.unix)
	}
	b.Write(index)
	for _, o := range offsets {
		_ = binary.Write(&b, binary.BigEndian, int32(o))
		b.Write([]byte{0, 0})
	}
	b.WriteString(abbrev + "\n\n")
	loc, err := time.LoadLocationFromTZData(name, b.Bytes())
	if err != nil {
		return nil
	}
	return loc
}

// export writes a location for the jail, where neither the user's settings nor, perhaps, a zone
// database are: the changes of the years around the window.
func export(loc *time.Location, from, to time.Time) (before int, changes [][2]int64) {
	t := from.AddDate(-2, 0, 0).In(loc)
	_, before = t.Zone()
	for range 64 {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.After(to.AddDate(2, 0, 0)) {
			break
		}
		_, offset := end.Zone()
		changes = append(changes, [2]int64{end.Unix(), int64(offset)})
		t = end
	}
	return before, changes
}

// userZone reads what export wrote.
func userZone(name string, before int, changes [][2]int64) (*time.Location, error) {
	all := make([]onset, len(changes))
	for i, c := range changes {
		all[i] = onset{c[0], int(c[1])}
	}
	if loc := location(name, before, all); loc != nil {
		return loc, nil
	}
	return nil, fmt.Errorf("the zone %.40q cannot be used", name)
}
