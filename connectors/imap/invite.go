package imap

import (
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// maxInvite bounds a calendar part; an invitation is a few KiB.
const maxInvite = 256 << 10

// maxAttendees bounds the people of an invitation.
const maxAttendees = 200

// readInvite reads the first VEVENT of a calendar part: the fields that a brief says something about.
// Recurrence is told, not expanded: the calendar's own connector does that. It answers nil where
// there is no event with a start.
func readInvite(s string, zone *time.Location, addresses []string) (*minutes.Event, string, string) {
	var e minutes.Event
	var title, method, duration string
	in, depth := false, 0
	for line := range unfolded(s) {
		p := cutProp(line)
		switch {
		case p.name == "METHOD" && !in:
			method = strings.ToUpper(minutes.CleanLine(p.value).Cut(20).String())
		case p.name == "BEGIN" && strings.EqualFold(p.value, "VEVENT") && !in:
			in = true
		case !in:
		case p.name == "BEGIN":
			depth++ // an alarm
		case p.name == "END" && depth > 0:
			depth--
		case p.name == "END":
			return finishInvite(&e, duration), title, method
		case depth > 0:
		case p.name == "SUMMARY":
			title = minutes.CleanLine(unescape(p.value)).Cut(200).String()
		case p.name == "DURATION":
			duration = p.value
		default:
			p.into(&e, zone, addresses)
		}
	}
	if in {
		return finishInvite(&e, duration), title, method // cut off, but the fields are there
	}
	return nil, "", method
}

func finishInvite(e *minutes.Event, duration string) *minutes.Event {
	if e.Start.IsZero() {
		return nil
	}
	if d, ok := parseDuration(duration); ok && e.End.IsZero() {
		e.End = e.Start.Add(d)
	}
	if e.End.Before(e.Start) || e.End.IsZero() {
		e.End = e.Start
		if e.AllDay {
			e.End = e.Start.AddDate(0, 0, 1)
		}
	}
	if e.Status == "" {
		e.Status = "confirmed"
	}
	if e.Attendees == nil {
		e.Attendees = []minutes.Address{}
	}
	return e
}

// prop is one content line.
type prop struct {
	name, value string
	params      map[string]string
}

// into stores the property where it belongs.
func (p prop) into(e *minutes.Event, zone *time.Location, addresses []string) {
	switch p.name {
	case "UID":
		e.UID = minutes.CleanLine(p.value).Cut(255).String()
	case "DTSTART":
		var note string
		e.Start, e.AllDay, note = p.time(zone)
		e.ZoneNote = minutes.CleanLine(note)
	case "DTEND":
		e.End, _, _ = p.time(zone)
	case "LOCATION":
		e.Location = minutes.CleanLine(unescape(p.value)).Cut(200)
		if e.Call == "" {
			e.Call = callLink(unescape(p.value))
		}
	case "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "CONFERENCE":
		if u := minutes.WebURL(p.value); strings.HasPrefix(u, "https:") {
			e.Call = u
		}
	case "DESCRIPTION":
		if e.Call == "" {
			e.Call = callLink(unescape(p.value))
		}
	case "ORGANIZER":
		e.Organizer = p.person()
	case "ATTENDEE":
		a := p.person()
		if len(e.Attendees) < maxAttendees && a.Email != "" {
			e.Attendees = append(e.Attendees, a)
		}
		if mine(a.Email, addresses) {
			if e.MyStatus = strings.ToLower(p.params["PARTSTAT"]); e.MyStatus == "" {
				e.MyStatus = "needs-action"
			}
		}
	case "STATUS":
		if s := strings.ToLower(p.value); s == "confirmed" || s == "tentative" || s == "cancelled" {
			e.Status = s
		}
	case "TRANSP":
		e.Free = strings.EqualFold(p.value, "TRANSPARENT")
	case "RRULE", "RDATE", "RECURRENCE-ID":
		e.Recurring = true
	}
}

func (p prop) person() minutes.Address {
	v := p.value
	if len(v) > 7 && strings.EqualFold(v[:7], "mailto:") {
		v = v[7:]
	}
	a := minutes.Address{Email: cleanEmail(v), Name: minutes.CleanLine(p.params["CN"]).Cut(120)}
	if strings.EqualFold(a.Name.String(), a.Email) {
		a.Name = minutes.Safe{}
	}
	return a
}

// time reads a date or date-time. A zone that is not known is read as the user's, and said.
func (p prop) time(zone *time.Location) (t time.Time, allDay bool, note string) {
	v := strings.TrimSpace(p.value)
	if len(v) == 8 {
		t, err := time.ParseInLocation("20060102", v, zone)
		return t, err == nil, ""
	}
	loc := zone
	if id := strings.Trim(p.params["TZID"], `"`); id != "" {
		name := ianaName(id)
		got, err := time.LoadLocation(name)
		switch {
		case err == nil && name != "" && name != "Local":
			loc = got
		default:
			note = "time zone " + minutes.CleanLine(id).Cut(60).String() + " is not known: read as yours"
		}
	}
	if strings.HasSuffix(v, "Z") {
		t, err := time.Parse("20060102T150405Z", v)
		if err != nil {
			return time.Time{}, false, ""
		}
		return t.In(zone), false, ""
	}
	t, err := time.ParseInLocation("20060102T150405", v[:min(len(v), 15)], loc)
	if err != nil {
		return time.Time{}, false, ""
	}
	return t, false, note
}

// ianaName takes the prefixes off a TZID and maps the Windows names that Outlook writes.
func ianaName(id string) string {
	for _, mark := range []string{"/freeassociation.sourceforge.net/", "/citadel.org/", "/mozilla.org/", "/softwarestudio.org/", "/ximian.com/"} {
		if i := strings.Index(id, mark); i >= 0 {
			parts := strings.Split(id[i+len(mark):], "/")
			if len(parts) > 2 {
				return strings.Join(parts[len(parts)-2:], "/")
			}
			return strings.Join(parts, "/")
		}
	}
	switch id {
	case "W. Europe Standard Time":
		return "Europe/Berlin"
	case "Romance Standard Time":
		return "Europe/Paris"
	case "Central Europe Standard Time":
		return "Europe/Budapest"
	case "Central European Standard Time":
		return "Europe/Warsaw"
	case "GMT Standard Time", "Greenwich Standard Time":
		return "Europe/London"
	case "E. Europe Standard Time", "GTB Standard Time":
		return "Europe/Bucharest"
	case "FLE Standard Time":
		return "Europe/Helsinki"
	case "Russian Standard Time":
		return "Europe/Moscow"
	case "Turkey Standard Time":
		return "Europe/Istanbul"
	case "Israel Standard Time":
		return "Asia/Jerusalem"
	case "Eastern Standard Time", "US Eastern Standard Time":
		return "America/New_York"
	case "Central Standard Time":
		return "America/Chicago"
	case "Mountain Standard Time":
		return "America/Denver"
	case "US Mountain Standard Time":
		return "America/Phoenix"
	case "Pacific Standard Time":
		return "America/Los_Angeles"
	case "Atlantic Standard Time":
		return "America/Halifax"
	case "E. South America Standard Time":
		return "America/Sao_Paulo"
	case "India Standard Time":
		return "Asia/Kolkata"
	case "China Standard Time":
		return "Asia/Shanghai"
	case "Tokyo Standard Time":
		return "Asia/Tokyo"
	case "Singapore Standard Time":
		return "Asia/Singapore"
	case "Arabian Standard Time":
		return "Asia/Dubai"
	case "AUS Eastern Standard Time":
		return "Australia/Sydney"
	case "New Zealand Standard Time":
		return "Pacific/Auckland"
	case "UTC", "Coordinated Universal Time", "GMT":
		return "UTC"
	}
	return id
}

// callLink is the first https link of a known meeting service in s.
func callLink(s string) string {
	for rest := s; ; {
		i := strings.Index(rest, "https://")
		if i < 0 {
			return ""
		}
		link := rest[i:]
		if j := strings.IndexAny(link, " \t\n<>\"';,)"); j > 0 {
			link = link[:j]
		}
		host, _, _ := strings.Cut(strings.TrimPrefix(link, "https://"), "/")
		for _, h := range []string{"zoom.us", "teams.microsoft.com", "teams.live.com", "meet.google.com", "webex.com", "whereby.com", "meet.jit.si"} {
			if host == h || strings.HasSuffix(host, "."+h) {
				return minutes.WebURL(link)
			}
		}
		rest = rest[i+len("https://"):]
	}
}

// unfolded yields the content lines, put together before they are read.
func unfolded(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		s = strings.ReplaceAll(strings.ReplaceAll(s[:min(len(s), maxInvite)], "\r\n", "\n"), "\r", "\n")
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\n ", ""), "\n\t", "")
		for line := range strings.SplitSeq(s, "\n") {
			if line != "" && !yield(line) {
				return
			}
		}
	}
}

// cutProp parts NAME;PARAM=v;PARAM="a:b":value.
func cutProp(line string) prop {
	p := prop{params: map[string]string{}}
	quoted, end := false, len(line)
	for i := range len(line) {
		if line[i] == '"' {
			quoted = !quoted
		} else if line[i] == ':' && !quoted {
			end = i
			break
		}
	}
	if end < len(line) {
		p.value = line[end+1:]
	}
	name, rest, _ := strings.Cut(line[:end], ";")
	p.name = strings.ToUpper(strings.TrimSpace(name))
	for n := 0; rest != "" && n < 30; n++ {
		var one string
		one, rest = cutParam(rest)
		k, v, _ := strings.Cut(one, "=")
		p.params[strings.ToUpper(k)] = strings.Trim(v, `"`)
	}
	return p
}

func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(s)
}

// parseDuration reads P1DT2H30M and P2W.
func parseDuration(s string) (time.Duration, bool) {
	s, ok := strings.CutPrefix(strings.ToUpper(strings.TrimPrefix(s, "+")), "P")
	if !ok || len(s) > 40 {
		return 0, false
	}
	var d time.Duration
	num := ""
	for _, c := range s {
		if c >= '0' && c <= '9' {
			num += string(c)
			continue
		}
		n, _ := strconv.Atoi(num)
		if n > 10000 {
			return 0, false
		}
		num = ""
		switch c {
		case 'W':
			d += time.Duration(n) * 7 * 24 * time.Hour
		case 'D':
			d += time.Duration(n) * 24 * time.Hour
		case 'H':
			d += time.Duration(n) * time.Hour
		case 'M':
			d += time.Duration(n) * time.Minute
		case 'S':
			d += time.Duration(n) * time.Second
		}
	}
	return d, d > 0
}
