package ics

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

// windowsZones maps the zone names of Windows, in lower case, to those of the IANA database: CLDR's
// windowsZones, territory 001, with names that Windows has given up since.
//
//go:embed windows.tsv
var windowsZones string

// zones finds the zones that a file names: by the IANA database, then as a name of Windows, then
// in the file itself, then the calendar's own zone, then the user's.
type zones struct {
	file  *file
	user  *zone
	utc   *zone
	known map[zoneKey]*zone
	years [2]int // what the file's own zones are worked out for
	steps *int
}

// maxZones is how many names of zones are looked up for one file: each costs some reads of files. No
// calendar knows half as many; the rest are read as the user's.
const maxZones = 400

type zoneKey struct {
	cal int
	id  string
}

func newZones(f *file, user *time.Location, from, to time.Time, steps *int) *zones {
	return &zones{file: f, user: &zone{loc: user}, utc: &zone{loc: time.UTC}, known: map[zoneKey]*zone{},
		years: [2]int{from.Year() - 2, to.Year() + 2}, steps: steps}
}

// of is the zone of a stamp in calendar cal. Days and floating times are the user's.
func (z *zones) of(s stamp, cal int) *zone {
	switch s.kind {
	case utc:
		return z.utc
	case zoned:
		if got := z.known[zoneKey{cal, string(s.tzid)}]; got != nil { // no allocation: the compiler sees to it
			return got
		}
		got := z.user
		if len(z.known) < maxZones {
			got = z.find(s.tzid, cal)
		}
		z.known[zoneKey{cal, string(s.tzid)}] = got
		return got
	}
	return z.user
}

// find is the order of places where a zone may be found. Every step that is a guess says so.
func (z *zones) find(tzid []byte, cal int) *zone {
	name := ical.ParamText(tzid)
	own := z.own(tzid, cal)
	// EST and CET are names of the database without summer time or with another country's: where
	// the file says what it means by them, it is right.
	if loc := iana(name); loc != nil && (own == nil || strings.Contains(name, "/") || loc == time.UTC) {
		return &zone{loc: loc}
	}
	if loc := windows(name); loc != nil {
		return &zone{loc: loc}
	}
	if own != nil {
		if loc := iana(ical.String(own.location)); loc != nil {
			return &zone{loc: loc}
		}
		if loc := own.build(z.years, z.steps); loc != nil {
			return &zone{loc: loc}
		}
	}
	if loc := spoken(name); loc != nil {
		return z.guess(name, loc)
	}
	if loc := iana(ical.String(z.file.calendars[cal].zone)); loc != nil {
		return z.guess(name, loc)
	}
	got := z.guess(name, z.user.loc)
	got.note = minutes.CleanLine(fmt.Sprintf("The time zone %q is not known: read as your own.", short(name)))
	return got
}

func (z *zones) guess(name string, loc *time.Location) *zone {
	return &zone{loc: loc, note: minutes.CleanLine(fmt.Sprintf("The time zone %q is not known: read as %s.", short(name), loc))}
}

// short keeps a note readable.
func short(s string) string { return minutes.CleanLine(s).Cut(60).String() }

// own is the file's definition of the zone: in the same calendar, else in any.
func (z *zones) own(tzid []byte, cal int) *vtimezone {
	var other *vtimezone
	for c := range z.file.calendars {
		for i := range z.file.calendars[c].zones {
			if v := &z.file.calendars[c].zones[i]; bytes.Equal(v.id, tzid) {
				if c == cal {
					return v
				}
				other = v
			}
		}
	}
	return other
}

// iana finds a name of the database: as it is, without the prefix that old programs write
// ("/mozilla.org/20070129_1/Europe/Berlin"), with blanks for underscores, in any case.
func iana(name string) *time.Location {
	// "right/" zones count leap seconds, which no calendar means.
	name = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(name), "posix/"), "right/")
	if len(name) > 120 || name == "" {
		return nil
	}
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ZULU", "ETC/UTC", "ETC/GMT", "UCT", "UNIVERSAL":
		return time.UTC
	case "LOCAL":
		return nil // the zone of the machine, to time.LoadLocation
	}
	if loc := load(name); loc != nil {
		return loc
	}
	if parts := strings.Split(strings.Trim(name, "/"), "/"); len(parts) > 2 || name[0] == '/' {
		for n := min(3, len(parts)); n >= 2; n-- {
			if loc := load(strings.Join(parts[len(parts)-n:], "/")); loc != nil {
				return loc
			}
		}
	}
	if strings.Contains(name, "/") {
		return load(titled(name))
	}
	return nil
}

// load is time.LoadLocation for names that have the form of one. The database is a tree of files
// and a name comes from a stranger: nothing but letters, digits and single separators is asked for.
func load(name string) *time.Location {
	for i, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case i > 0 && (c >= '0' && c <= '9' || c == '_' || c == '-' || c == '+' || c == '/'):
		default:
			return nil
		}
	}
	if strings.Contains(name, "//") || strings.HasSuffix(name, "/") {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// titled writes "america/new york" as the database does.
func titled(name string) string {
	out := []byte(strings.ToLower(strings.ReplaceAll(name, " ", "_")))
	start := true
	for i, c := range out {
		if start && c >= 'a' && c <= 'z' {
			out[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_' || c == '-'
	}
	return string(out)
}

// windows finds a name of Windows.
func windows(name string) *time.Location {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" || strings.ContainsAny(name, "\t\n") {
		return nil
	}
	i := strings.Index("\n"+windowsZones, "\n"+name+"\t")
	if i < 0 {
		return nil
	}
	to, _, _ := strings.Cut(windowsZones[i+len(name)+1:], "\n")
	return load(to)
}
