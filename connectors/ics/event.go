package ics

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes/connectors/ics/ical"
	"github.com/dailyminutes/minutes/connectors/ics/rrule"
)

// propID names a property that matters here; 0 is any other.
type propID uint8

const (
	pUID propID = iota + 1
	pStart
	pEnd
	pDuration
	pRRule
	pExRule
	pRDate
	pExDate
	pRecurrenceID
	pSequence
	pStamp
	pModified
	pStatus
	pTransp
	pClass
	pSummary
	pDescription
	pAltDesc
	pLocation
	pStructured
	pOrganizer
	pAttendee
	pURL
	pCategories
	pConference
	pGoogle
	pTeams
	pBusy
	pAllDay
)

// propOf is written as a switch, which the compiler turns into a search without allocation: it
// runs once a line.
func propOf(name []byte) propID {
	switch string(name) {
	case "UID":
		return pUID
	case "DTSTART":
		return pStart
	case "DTEND":
		return pEnd
	case "DURATION":
		return pDuration
	case "RRULE":
		return pRRule
	case "EXRULE":
		return pExRule
	case "RDATE":
		return pRDate
	case "EXDATE":
		return pExDate
	case "RECURRENCE-ID":
		return pRecurrenceID
	case "SEQUENCE":
		return pSequence
	case "DTSTAMP":
		return pStamp
	case "LAST-MODIFIED":
		return pModified
	case "STATUS":
		return pStatus
	case "TRANSP":
		return pTransp
	case "CLASS":
		return pClass
	case "SUMMARY":
		return pSummary
	case "DESCRIPTION":
		return pDescription
	case "X-ALT-DESC":
		return pAltDesc
	case "LOCATION":
		return pLocation
	case "X-APPLE-STRUCTURED-LOCATION":
		return pStructured
	case "ORGANIZER":
		return pOrganizer
	case "ATTENDEE":
		return pAttendee
	case "URL":
		return pURL
	case "CATEGORIES":
		return pCategories
	case "CONFERENCE":
		return pConference
	case "X-GOOGLE-CONFERENCE":
		return pGoogle
	case "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGCONFLINK", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK":
		return pTeams
	case "X-MICROSOFT-CDO-BUSYSTATUS":
		return pBusy
	case "X-MICROSOFT-CDO-ALLDAYEVENT":
		return pAllDay
	}
	for _, c := range name {
		if c >= 'a' && c <= 'z' {
			return propOf(bytes.ToUpper(name))
		}
	}
	return 0
}

// A stamp is a time as written, before its zone is looked up.
type stamp struct {
	wall int64
	kind stampKind
	tzid []byte
}

type stampKind uint8

const (
	missing  stampKind = iota
	date               // a day
	floating           // a time in whatever zone the reader is
	utc
	zoned
)

// An event is one VEVENT: the series, or one changed occurrence of it.
type event struct {
	props    []prop
	cal      int
	line     int
	uid      []byte
	start    stamp
	original stamp // RECURRENCE-ID
	future   bool  // RANGE=THISANDFUTURE
	sequence int64
	stamped  int64
	modified int64
	repeats  bool
	off      bool // STATUS:CANCELLED
	bad      string
}

// read fills the fields that deciding between events needs from the event's lines.
func (e *event) read() {
	wholeDay := false
	for i := range e.props {
		p := &e.props[i]
		switch p.id {
		case pUID:
			e.uid = bytes.TrimSpace(p.value)
		case pStart:
			e.start = e.time(p, "DTSTART")
		case pRecurrenceID:
			e.original = e.time(p, "RECURRENCE-ID")
			e.future = bytes.EqualFold(ical.Param(p.params, "RANGE"), []byte("THISANDFUTURE"))
		case pSequence:
			e.sequence, _ = strconv.ParseInt(string(bytes.TrimSpace(p.value)), 10, 64)
		case pStamp:
			e.stamped = moment(p.value)
		case pModified:
			e.modified = moment(p.value)
		case pRRule, pRDate:
			e.repeats = true
		case pStatus:
			e.off = bytes.EqualFold(bytes.TrimSpace(p.value), []byte("CANCELLED"))
		case pAllDay:
			wholeDay = bytes.EqualFold(bytes.TrimSpace(p.value), []byte("TRUE"))
		}
	}
	// Exchange writes whole days as midnight in the organizer's zone and says so elsewhere.
	if wholeDay && dayOf(e.start.wall)*daySeconds == e.start.wall && e.start.kind != utc {
		e.start = stamp{wall: e.start.wall, kind: date}
	}
	if len(e.uid) > maxUID {
		e.uid = e.uid[:maxUID]
	}
}

// maxUID is more than any program writes; longer ones differ in their beginning or not at all.
const maxUID = 1024

func (e *event) time(p *prop, name string) stamp {
	t, err := stampOf(p.value, p.params)
	if err != nil && e.bad == "" {
		e.bad = name + ": " + err.Error()
	}
	return t
}

// moment is a time that only orders versions: its zone does not matter.
func moment(v []byte) int64 {
	t, err := stampOf(v, nil)
	if err != nil {
		return 0
	}
	return t.wall
}

// stampOf reads one time with its line's parameters.
func stampOf(v, params []byte) (stamp, error) {
	t, err := ical.ParseTime(v)
	if err != nil {
		return stamp{}, err
	}
	if t.Day > rrule.MonthLen(t.Year, t.Month) {
		return stamp{}, noDay(v)
	}
	s := stamp{wall: rrule.Wall(t.Year, t.Month, t.Day, t.Hour, t.Minute, t.Second), kind: floating}
	switch {
	case t.Date:
		s.kind = date
	case len(params) > 0 && bytes.EqualFold(ical.Param(params, "VALUE"), []byte("DATE")):
		s.kind, s.wall = date, dayOf(s.wall)*daySeconds
	case t.UTC:
		s.kind = utc
	case len(params) > 0:
		if id := bytes.TrimSpace(ical.Param(params, "TZID")); len(id) > 0 {
			s.kind, s.tzid = zoned, id
		}
	}
	return s, nil
}

type noDay []byte

func (v noDay) Error() string {
	return strconv.QuoteToASCII(string(v[:min(len(v), 30)])) + " is a day that its month does not have"
}

// first is the event's first line of that kind, or nil.
func (e *event) first(id propID) *prop {
	for i := range e.props {
		if e.props[i].id == id {
			return &e.props[i]
		}
	}
	return nil
}

// text is the first line of that kind as text, without blanks at its ends.
func (e *event) text(id propID) string {
	p := e.first(id)
	if p == nil {
		return ""
	}
	return strings.TrimSpace(ical.Text(p.value))
}

// newer compares two versions of the same event: SEQUENCE, then DTSTAMP, then LAST-MODIFIED.
func (e *event) newer(o *event) int {
	for _, d := range []int64{e.sequence - o.sequence, e.stamped - o.stamped, e.modified - o.modified} {
		if d != 0 {
			return int(max(min(d, 1), -1))
		}
	}
	return 0
}
