package ics

import (
	"strings"
	"time"

	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

// spoken reads zone names made for people, which some programs write instead of a key:
// "(UTC+01:00) Amsterdam, Berlin, Bern", "GMT +0100 (Standard) / GMT +0200 (Daylight)",
// "Kuala Lumpur, Singapore", "Eastern Time (US & Canada)". A city that keeps the offset that is
// written decides; else the offset alone, which knows no summer time.
func spoken(name string) *time.Location {
	offset, known, places := leadingOffset(name)
	for _, p := range strings.FieldsFunc(places, func(r rune) bool { return r == ',' || r == ';' || r == ':' || r == '/' }) {
		loc := city(strings.TrimSpace(p))
		if loc != nil && (!known || standard(loc) == offset) {
			return loc
		}
	}
	switch {
	case !known:
		return nil
	case offset == 0:
		return time.UTC
	}
	return time.FixedZone("UTC"+ical.Offset(offset), offset)
}

// leadingOffset reads an offset at the front, with or without parentheses.
func leadingOffset(name string) (offset int, known bool, rest string) {
	s := strings.TrimLeft(name, "( ")
	upper := strings.ToUpper(s)
	if !strings.HasPrefix(upper, "UTC") && !strings.HasPrefix(upper, "GMT") {
		return 0, false, name
	}
	s = strings.TrimLeft(s[3:], " ")
	if s == "" || s[0] == ')' {
		return 0, true, strings.TrimLeft(s, ") ")
	}
	s = strings.Replace(s, "\u2212", "-", 1) // the sign that typesetters prefer
	end := 1
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ':' || s[end] == '.') {
		end++
	}
	digits := strings.NewReplacer(":", "", ".", "").Replace(s[1:end])
	switch len(digits) {
	case 1:
		digits = "0" + digits + "00"
	case 2:
		digits += "00"
	case 3:
		digits = "0" + digits
	}
	offset, err := ical.ParseOffset([]byte(s[:1] + digits))
	if err != nil {
		return 0, false, name
	}
	return offset, true, strings.TrimLeft(s[end:], ") ")
}

// city finds the zone that is named after a place, or spoken of in American.
func city(name string) *time.Location {
	switch low := strings.ToLower(name); {
	case strings.HasPrefix(low, "eastern time"), low == "eastern", low == "us-eastern", low == "est":
		return load("America/New_York")
	case strings.HasPrefix(low, "central time"), low == "us-central", low == "cst":
		return load("America/Chicago")
	case strings.HasPrefix(low, "mountain time"), low == "us-mountain", low == "mst":
		return load("America/Denver")
	case strings.HasPrefix(low, "pacific time"), low == "us-pacific", low == "pst":
		return load("America/Los_Angeles")
	case strings.HasPrefix(low, "atlantic time"):
		return load("America/Halifax")
	case low == "alaska":
		return load("America/Anchorage")
	case low == "hawaii":
		return load("Pacific/Honolulu")
	case low == "arizona":
		return load("America/Phoenix")
	case low == "newfoundland":
		return load("America/St_Johns")
	case len(low) < 3 || len(low) > 40:
		return nil
	}
	place := titled(name)
	for _, region := range []string{"Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/"} {
		if loc := load(region + place); loc != nil {
			return loc
		}
	}
	return nil
}

// standard is a zone's offset outside summer time, in a year that all know.
func standard(loc *time.Location) int {
	_, winter := time.Date(2024, 1, 15, 12, 0, 0, 0, loc).Zone()
	_, summer := time.Date(2024, 7, 15, 12, 0, 0, 0, loc).Zone()
	return min(winter, summer)
}
