package ical

import (
	"bytes"
	"fmt"
	"strings"
)

// A Time is a DATE or DATE-TIME as written. The day may be one that its month does not have.
type Time struct {
	Year, Month, Day, Hour, Minute, Second int
	Date                                   bool // no time of day was given
	UTC                                    bool
}

// ParseTime reads 20261125, 20261125T090000 and 20261125T090000Z; also without the seconds and
// with the dashes and colons of ISO 8601.
func ParseTime(v []byte) (Time, error) {
	v = trim(v)
	t := Time{}
	s := bytes.Trim(v, `"`) // a parameter's quote that was closed too late
	if len(s) > 10 && s[4] == '-' {
		s = bytes.ReplaceAll(bytes.ReplaceAll(s, []byte{'-'}, nil), []byte{':'}, nil)
	} else if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		s = bytes.ReplaceAll(s, []byte{'-'}, nil)
	}
	if len(s) < 8 {
		return t, notTime(v)
	}
	t.Year, t.Month, t.Day = number(s[:4]), number(s[4:6]), number(s[6:8])
	ok := t.Year >= 1 && t.Month >= 1 && t.Month <= 12 && t.Day >= 1 && t.Day <= 31
	s = s[8:]
	if len(s) == 0 || len(s) == 1 && s[0] == 'Z' {
		t.Date = true
		if !ok {
			return t, notTime(v)
		}
		return t, nil
	}
	if c := s[len(s)-1]; c == 'Z' || c == 'z' {
		t.UTC, s = true, s[:len(s)-1]
	}
	if len(s) < 5 || len(s) == 6 || len(s) > 7 || s[0] != 'T' && s[0] != 't' && s[0] != ' ' {
		return t, notTime(v)
	}
	t.Hour, t.Minute = number(s[1:3]), number(s[3:5])
	if len(s) == 7 {
		t.Second = number(s[5:7])
	}
	// 24:00 is written for the end of a day, a leap second for what no clock here shows.
	if !ok || t.Hour < 0 || t.Hour > 24 || t.Minute < 0 || t.Minute > 59 || t.Second < 0 || t.Second > 60 ||
		t.Hour == 24 && t.Minute+t.Second > 0 {
		return t, notTime(v)
	}
	t.Second = min(t.Second, 59)
	return t, nil
}

func notTime(v []byte) error { return fmt.Errorf("%.30q is not a date or time", v) }

// number is b as a number, or -1.
func number(b []byte) int {
	n := 0
	for _, c := range b {
		if !isDigit(c) {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// A Duration keeps days apart from seconds: a day may be 23 hours long. Both have one sign.
type Duration struct {
	Days    int64
	Seconds int64
}

// maxDuration bounds what a duration may say, in any of its units: a century in seconds.
const maxDuration = 3_200_000_000

// ParseDuration reads P15DT5H0M20S, P7W, -PT15M and the mixtures of these that programs write.
func ParseDuration(v []byte) (Duration, error) {
	var d Duration
	bad := fmt.Errorf("%.30q is not a duration", v)
	s := trim(v)
	sign := int64(1)
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if len(s) < 2 || s[0] != 'P' && s[0] != 'p' {
		return d, bad
	}
	n, digits, units := int64(0), false, 0
	for _, c := range s[1:] {
		if isDigit(c) {
			if n, digits = n*10+int64(c-'0'), true; n > maxDuration {
				return d, bad
			}
			continue
		}
		if c == 'T' || c == 't' {
			continue
		}
		if !digits {
			return d, bad
		}
		switch c &^ 0x20 {
		case 'W':
			d.Days += 7 * n
		case 'D':
			d.Days += n
		case 'H':
			d.Seconds += 3600 * n
		case 'M':
			d.Seconds += 60 * n
		case 'S':
			d.Seconds += n
		default:
			return d, bad
		}
		n, digits, units = 0, false, units+1
	}
	if digits || units == 0 || units > 8 || d.Days > maxDuration/86400 || d.Seconds > maxDuration {
		return d, bad
	}
	d.Days, d.Seconds = sign*d.Days, sign*d.Seconds
	return d, nil
}

// ParseOffset reads a UTC offset, +0100, -033015 or +01:00, in seconds.
func ParseOffset(v []byte) (int, error) {
	s := bytes.ReplaceAll(trim(v), []byte{':'}, nil)
	bad := fmt.Errorf("%.20q is not an offset from UTC", v)
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, bad
	}
	h, m, sec := number(s[1:3]), number(s[3:5]), 0
	if len(s) == 7 {
		sec = number(s[5:7])
	}
	if h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59 {
		return 0, bad
	}
	off := h*3600 + m*60 + sec
	if s[0] == '-' {
		off = -off
	}
	return off, nil
}

// Text is a TEXT value without its escapes. A backslash before anything else stays.
func Text(v []byte) string {
	if bytes.IndexByte(v, '\\') < 0 {
		return String(v)
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c == '\\' && i+1 < len(v) {
			switch v[i+1] {
			case 'n', 'N':
				c, i = '\n', i+1
			case '\\', ';', ',', ':', '"':
				c, i = v[i+1], i+1
			}
		}
		out = append(out, c)
	}
	return String(out)
}

// List parts a TEXT list at its commas, and takes the escapes out of each.
func List(v []byte) []string {
	var out []string
	start := 0
	for i := 0; ; i++ {
		if i+1 < len(v) && v[i] == '\\' {
			i++
			continue
		}
		if i < len(v) && v[i] != ',' {
			continue
		}
		if s := strings.TrimSpace(Text(v[start:min(i, len(v))])); s != "" {
			out = append(out, s)
		}
		if start = i + 1; i >= len(v) {
			return out
		}
	}
}

// ParamText is a parameter's value in UTF-8, the escapes of RFC 6868 (^n ^' ^^) undone.
func ParamText(v []byte) string {
	if bytes.IndexByte(v, '^') < 0 {
		return String(v)
	}
	return strings.NewReplacer("^n", "\n", "^N", "\n", "^'", `"`, "^^", "^").Replace(String(v))
}

// Offset writes an offset from UTC in seconds as +01:00.
func Offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	return fmt.Sprintf("%c%02d:%02d", sign, seconds/3600, seconds/60%60)
}
