package feed

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads the dates that gofeed leaves: words in other languages, names of weekdays that
// are none, missing seconds, zones without a colon, seconds since 1970. ok is false where even a
// person would have to guess.
func parseDate(s string) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > 100 || s == "" {
		return t, false
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n > 1e12 {
			n /= 1000 // milliseconds
		}
		if n > 6e8 && n < 1e11 {
			return time.Unix(n, 0).UTC(), true
		}
	}
	if t, ok := numeric(s); ok {
		return t, true
	}
	return worded(s)
}

// numeric reads what begins 2026-11-25, 2026/11/25, 25.11.2026, with any time after it.
func numeric(s string) (time.Time, bool) {
	date, clock := s, ""
	if i := strings.IndexAny(s, "T \u00a0"); i > 0 {
		date, clock = s[:i], s[i+1:]
	}
	var n [3]int
	parts := strings.FieldsFunc(date, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(parts) != 3 {
		return time.Time{}, false
	}
	for i, p := range parts {
		v, err := strconv.Atoi(strings.TrimSuffix(p, ","))
		if err != nil {
			return time.Time{}, false
		}
		n[i] = v
	}
	switch {
	case n[0] > 31:
		return on(n[0], n[1], n[2], clock)
	case n[2] > 31 && strings.Contains(date, "."): // German
		return on(n[2], n[1], n[0], clock)
	case n[2] > 31 && n[0] > 12:
		return on(n[2], n[1], n[0], clock)
	case n[2] > 31 && n[1] > 12:
		return on(n[2], n[0], n[1], clock)
	}
	return time.Time{}, false // 03/04/2026 is anybody's guess
}

// worded reads what holds a month by name: "Wed, 25. November 2026 10:00 +0100".
func worded(s string) (time.Time, bool) {
	year, month, day, rest := 0, 0, 0, []string{}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' || r == '\u00a0' }) {
		bare := strings.TrimRight(w, ".")
		bare = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(bare, "th"), "st"), "nd"), "rd")
		v, err := strconv.Atoi(bare)
		switch {
		case strings.Contains(w, ":") || year > 0 && month > 0 && day > 0:
			rest = append(rest, w)
		case err == nil && v > 31 && year == 0:
			if year = v; v < 100 {
				year += 1900
			}
		case err == nil && v >= 1 && v <= 31 && day == 0:
			day = v
		case err == nil && month > 0 && day > 0 && year == 0 && len(bare) == 2 && v >= 0:
			year = 2000 + v
		case err != nil && year == 0: // the last is the month: "mar." is a Tuesday too
			if m := monthOf(w); m > 0 {
				month = m
			}
		}
	}
	if strings.Contains(s, "-") && month == 0 { // 25-Nov-2026
		if d, m, y, ok := dashed(s); ok {
			day, month, year = d, m, y
		}
	}
	if year == 0 || month == 0 || day == 0 {
		return time.Time{}, false
	}
	return on(year, month, day, strings.Join(rest, " "))
}

func dashed(s string) (day, month, year int, ok bool) {
	for w := range strings.FieldsSeq(s) {
		p := strings.Split(strings.TrimSuffix(w, ","), "-")
		if len(p) != 3 {
			continue
		}
		d, e1 := strconv.Atoi(p[0])
		y, e2 := strconv.Atoi(p[2])
		if m := monthOf(p[1]); e1 == nil && e2 == nil && m > 0 {
			if y < 100 {
				y += 2000
			}
			return d, m, y, true
		}
	}
	return 0, 0, 0, false
}

// months by the first letters that tell them apart, in the languages of the feeds one meets.
const months = "jan 1 feb 2 fév 2 fev 2 mar 3 mär 3 mrz 3 apr 4 avr 4 abr 4 may 5 mai 5 mag 5 jun 6 juin 6 giu 6 jul 7 juil 7 lug 7 " +
	"aug 8 aoû 8 aou 8 ago 8 sep 9 set 9 oct 10 okt 10 ott 10 out 10 nov 11 dec 12 dez 12 déc 12 dic 12 gen 1 ene 1 mei 5"

func monthOf(w string) int {
	w = strings.ToLower(w)
	names := strings.Fields(months)
	best, length := 0, 0
	for i := 0; i < len(names); i += 2 {
		if strings.HasPrefix(w, names[i]) && len(names[i]) > length {
			best, _ = strconv.Atoi(names[i+1])
			length = len(names[i])
		}
	}
	return best
}

// on is the moment on a day; clock is a time and a zone, or less.
func on(year, month, day int, clock string) (time.Time, bool) {
	if year < 1900 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}, false
	}
	zone := time.UTC
	hms, rest, _ := strings.Cut(strings.TrimSpace(clock), " ")
	if i := strings.IndexAny(hms, "Z+-"); i > 0 {
		hms, rest = hms[:i], hms[i:]
	}
	if z, ok := offset(strings.TrimSpace(rest)); ok {
		zone = time.FixedZone("", z)
	}
	var n [3]int
	for i, p := range strings.SplitN(hms, ":", 3) {
		p, _, _ = strings.Cut(p, ".")
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 || v > 60 {
			break
		}
		n[i] = v
	}
	if up := strings.ToUpper(clock); strings.Contains(up, "PM") && n[0] < 12 {
		n[0] += 12
	}
	if n[0] > 24 || n[1] > 59 {
		n = [3]int{}
	}
	t := time.Date(year, time.Month(month), day, n[0], n[1], n[2], 0, zone)
	return t, t.Day() == day || n[0] == 24 // else there is no such day
}

// offset reads +0100, +01:00, GMT+1 and the American names, in seconds.
func offset(s string) (int, bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(s), "GMT"), "UTC")
	names := map[string]int{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "BST": 1, "JST": 9}
	if h, ok := names[s]; ok {
		return h * 3600, true
	}
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	v, err := strconv.Atoi(digits)
	if err != nil || v < 0 {
		return 0, false
	}
	h, m := v, 0
	if len(digits) > 2 {
		h, m = v/100, v%100
	}
	if h > 14 || m > 59 {
		return 0, false
	}
	return sign * (h*3600 + m*60), true
}
