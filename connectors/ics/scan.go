package ics

import (
	"bytes"
	"fmt"

	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

// Limits of what is held of one file.
const (
	// maxDepth is deeper than any program nests components (calendar, event, alarm); what lies
	// deeper is passed over.
	maxDepth = 24
	// maxEvents is far above a lifetime of meetings; 10 MiB hold it only when events are empty.
	maxEvents = 150_000
	// maxProps of one event: a meeting with more attendees than this is read without the rest.
	maxProps = 4_000
)

// usualEvent is about how many bytes an event takes: a first guess of how many there are.
const usualEvent = 300

// A prop is one content line that matters here. It shares memory with the file.
type prop struct {
	id     propID
	params []byte
	value  []byte
}

// A file is what one document holds, in the order of the file.
type file struct {
	calendars []calendar
	events    []event
	deep      bool   // something was nested too deep
	cut       string // why the file is not all there, "" if it is
}

// A calendar is one VCALENDAR. The first entry of file.calendars stands for what is in none.
type calendar struct {
	method string
	zone   []byte // X-WR-TIMEZONE
	name   []byte
	zones  []vtimezone
}

// A vtimezone is a zone that a file brings along.
type vtimezone struct {
	id       []byte
	location []byte // X-LIC-LOCATION: an IANA name
	parts    []observance
}

// An observance is a STANDARD or DAYLIGHT part of a zone.
type observance struct {
	start    []byte
	from, to int
	hasFrom  bool
	hasTo    bool
	rules    [][]byte
	dates    [][]byte
}

type component uint8

const (
	inNothing component = iota
	inCalendar
	inEvent
	inZone
	inObservance
	inOther
)

type frame struct {
	kind component
	name []byte
}

// A scan is the reading of one file under way.
type scan struct {
	*ical.Scanner
	file
	stack []frame
	over  int // frames beyond maxDepth
	cal   int // of the calendar we are in
	event *event
	slab  []prop // where events' props live; see add
	first int    // of the event's props in slab
}

// scanFile reads what data holds. It fails only where there is more than any calendar holds.
func scanFile(data []byte) (*file, error) {
	s := &scan{Scanner: ical.NewScanner(ical.Decode(data)), stack: make([]frame, 0, maxDepth)}
	s.calendars = append(s.calendars, calendar{})
	s.events = make([]event, 0, len(data)/usualEvent+8)
	for s.Next() {
		name := s.Name()
		switch {
		case len(name) == 5 && bytes.EqualFold(name, []byte("BEGIN")):
			if err := s.begin(word(s.Rest())); err != nil {
				return nil, err
			}
		case len(name) == 3 && bytes.EqualFold(name, []byte("END")):
			s.end(word(s.Rest()))
		case s.over == 0:
			s.property(name)
		}
	}
	if n := len(s.stack); n > 0 {
		if s.cut = "the file ends early"; s.event != nil {
			s.event.bad = "the file ends in the middle of it"
		}
		s.pop(0)
	}
	return &s.file, nil
}

// word is the value of BEGIN and END.
func word(rest []byte) []byte {
	_, v := ical.Split(rest)
	return bytes.TrimSpace(v)
}

func (s *scan) top() component {
	if len(s.stack) == 0 {
		return inNothing
	}
	return s.stack[len(s.stack)-1].kind
}

// begin opens a component. An event or a calendar that begins within an event ends that event:
// its END is missing.
func (s *scan) begin(name []byte) error {
	kind := inOther
	switch {
	case bytes.EqualFold(name, []byte("VCALENDAR")):
		kind = inCalendar
		s.pop(0)
		s.cal = len(s.calendars)
		s.calendars = append(s.calendars, calendar{})
	case bytes.EqualFold(name, []byte("VEVENT")):
		kind = inEvent
		s.pop(s.base())
	case bytes.EqualFold(name, []byte("VTIMEZONE")):
		kind = inZone
	case s.top() == inZone && (bytes.EqualFold(name, []byte("STANDARD")) || bytes.EqualFold(name, []byte("DAYLIGHT"))):
		kind = inObservance
	}
	if len(s.stack) == maxDepth {
		s.over++
		s.deep = true
		return nil
	}
	s.stack = append(s.stack, frame{kind, name})
	switch kind {
	case inEvent:
		if len(s.events) == maxEvents {
			return fmt.Errorf("more than %d events", maxEvents)
		}
		s.events = append(s.events, event{cal: s.cal, line: s.Line()})
		s.event = &s.events[len(s.events)-1]
		s.first = len(s.slab)
	case inZone:
		c := &s.calendars[s.cal]
		c.zones = append(c.zones, vtimezone{})
	case inObservance:
		if z := s.zone(); z != nil {
			z.parts = append(z.parts, observance{})
		}
	}
	return nil
}

// base is how much of the stack an event may stand on: what is not in another event, and no deeper
// than any program nests. So what follows garbage without an end is still found.
func (s *scan) base() int {
	for i, f := range s.stack {
		if f.kind == inEvent {
			return i
		}
	}
	if len(s.stack) < maxDepth {
		return len(s.stack)
	}
	for i, f := range s.stack {
		if f.kind == inCalendar {
			return i + 1
		}
	}
	return 0
}

// end closes the innermost component of that name and what was left open in it. An END that
// closes nothing is passed over.
func (s *scan) end(name []byte) {
	if s.over > 0 {
		s.over--
		return
	}
	for i := len(s.stack) - 1; i >= 0; i-- {
		if bytes.EqualFold(s.stack[i].name, name) {
			s.pop(i)
			return
		}
	}
}

// pop closes all components from the i-th on.
func (s *scan) pop(i int) {
	s.over = 0
	for _, f := range s.stack[i:] {
		if f.kind == inEvent && s.event != nil {
			s.event.props = s.slab[s.first:len(s.slab):len(s.slab)]
			s.event.read()
			s.event = nil
		}
		if f.kind == inCalendar {
			s.cal = 0
		}
	}
	s.stack = s.stack[:i]
}

func (s *scan) zone() *vtimezone {
	zs := s.calendars[s.cal].zones
	if len(zs) == 0 {
		return nil
	}
	return &zs[len(zs)-1]
}

// property reads one line by where it stands.
func (s *scan) property(name []byte) {
	switch s.top() {
	case inEvent:
		if id := propOf(name); id != 0 {
			s.add(id)
		}
	case inCalendar:
		s.calendarProperty(name)
	case inZone:
		z := s.zone()
		switch _, v := ical.Split(s.Rest()); {
		case bytes.EqualFold(name, []byte("TZID")):
			z.id = bytes.TrimSpace(v)
		case bytes.EqualFold(name, []byte("X-LIC-LOCATION")):
			z.location = bytes.TrimSpace(v)
		}
	case inObservance:
		if z := s.zone(); z != nil && len(z.parts) > 0 {
			z.parts[len(z.parts)-1].property(name, s.Rest())
		}
	}
}

func (s *scan) calendarProperty(name []byte) {
	c := &s.calendars[s.cal]
	switch _, v := ical.Split(s.Rest()); {
	case bytes.EqualFold(name, []byte("METHOD")):
		c.method = string(bytes.ToUpper(bytes.TrimSpace(v)))
	case bytes.EqualFold(name, []byte("X-WR-TIMEZONE")):
		c.zone = bytes.TrimSpace(v)
	case bytes.EqualFold(name, []byte("X-WR-CALNAME")), bytes.EqualFold(name, []byte("NAME")) && c.name == nil:
		c.name = v
	}
}

// slabSize is how many props are allocated at once: events take theirs out of common slabs.
const slabSize = 4096

// add keeps the line for the event we are in. When a slab is full the event's props move to the
// next, so that they stay together.
func (s *scan) add(id propID) {
	if len(s.slab)-s.first >= maxProps {
		return
	}
	if len(s.slab) == cap(s.slab) {
		old := s.slab[s.first:]
		s.slab = append(make([]prop, 0, max(slabSize, 2*len(old))), old...)
		s.first = 0
	}
	p := prop{id: id}
	switch id {
	case pStart, pEnd, pExDate, pRDate, pRecurrenceID:
		p.params, p.value = ical.SplitTime(s.Rest())
	case pOrganizer, pAttendee:
		p.params, p.value = ical.SplitAddress(s.Rest())
	default:
		p.params, p.value = ical.Split(s.Rest())
	}
	s.slab = append(s.slab, p)
}

func (o *observance) property(name, rest []byte) {
	_, v := ical.Split(rest)
	switch {
	case bytes.EqualFold(name, []byte("DTSTART")):
		_, o.start = ical.SplitTime(rest)
	case bytes.EqualFold(name, []byte("TZOFFSETFROM")):
		n, err := ical.ParseOffset(v)
		o.from, o.hasFrom = n, err == nil
	case bytes.EqualFold(name, []byte("TZOFFSETTO")):
		n, err := ical.ParseOffset(v)
		o.to, o.hasTo = n, err == nil
	case bytes.EqualFold(name, []byte("RRULE")):
		o.rules = append(o.rules, v)
	case bytes.EqualFold(name, []byte("RDATE")):
		_, v = ical.SplitTime(rest)
		o.dates = append(o.dates, v)
	}
}
