package ics

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors/ics/ical"
)

// What is kept of one event's text: a reader wants the agenda of a meeting, not its archive.
const (
	maxBody      = 4_000 // runes
	maxExcerpt   = 500
	maxTitle     = 300
	maxLocation  = 300
	maxAttendees = 200
	maxTags      = 20
)

// maxText is the text that one document may bring in all. Every occurrence of a series carries the
// series' words; past this they come without them.
const maxText = 8 << 20

// A writer makes items of occurrences. Occurrences of one event come together, so that the words
// are made once.
type writer struct {
	*file
	args  arguments
	zone  *time.Location
	last  int // event that item was made of, -1 for none
	made  minutes.Item
	ident string
	text  int // bytes brought so far
}

// item is one occurrence in the vocabulary of the program.
func (w *writer) item(o occurrence) minutes.Item {
	if o.event != w.last {
		w.last = o.event
		w.make(&w.events[o.event])
	}
	it := w.made
	ev := *it.Event
	it.Event = &ev
	it.ID = w.ident
	if o.key.kind != alone {
		it.ID += "-" + o.key.String()
	}
	ev.Start, ev.End = time.Unix(o.start, 0).In(w.zone), time.Unix(o.end, 0).In(w.zone)
	ev.AllDay, ev.Recurring = o.allDay, o.recurring
	if o.note != nil && !o.allDay {
		ev.ZoneNote = o.note.note
	}
	it.At = ev.Start
	if w.text += size(it); w.text > maxText {
		it.Body, it.Excerpt, ev.Attendees = minutes.Safe{}, minutes.Safe{}, nil
	}
	return it
}

// make fills in what all occurrences of an event share.
func (w *writer) make(e *event) {
	body := e.body()
	ev := &minutes.Event{UID: minutes.CleanLine(ical.String(e.uid)).String(), Status: e.status(), Free: e.free(),
		Location: minutes.CleanLine(e.text(pLocation)).Cut(maxLocation)}
	w.people(e, ev)
	if ev.Location.Empty() {
		ev.Location = e.place()
	}
	ev.Call = e.call(ev.Location.String(), body.String())
	it := minutes.Item{Kind: minutes.KindEvent, Source: w.args.Source, Private: w.args.Private, Event: ev,
		Title: minutes.CleanLine(e.text(pSummary)).Cut(maxTitle), Author: ev.Organizer.Name,
		Body: body.Cut(maxBody), Excerpt: excerpt(body), Tags: e.tags()}
	if it.Title.Empty() {
		it.Title = minutes.Clean("(no title)")
	}
	if it.Author.Empty() {
		it.Author = minutes.CleanLine(ev.Organizer.Email)
	}
	if p := e.first(pURL); p != nil {
		it.URL = minutes.WebURL(ical.String(p.value))
	}
	if it.URL == "" {
		it.URL = ev.Call
	}
	w.made, w.ident = it, identity(w.args.Source, e)
}

// identity is the part of an item's id that all occurrences of an event share. A UID that is not
// given is made up of what the event says.
func identity(source string, e *event) string {
	h := sha256.New()
	h.Write([]byte(source + "\x00"))
	if len(e.uid) > 0 {
		h.Write(e.uid)
	} else {
		for i := range e.props {
			if p := &e.props[i]; p.id == pStart || p.id == pSummary || p.id == pRRule || p.id == pLocation {
				h.Write([]byte{0, byte(p.id)})
				h.Write(p.value)
			}
		}
	}
	return "event:" + hex.EncodeToString(h.Sum(nil)[:8])
}

// body is the description as text.
func (e *event) body() minutes.Safe {
	s := e.text(pDescription)
	if s == "" || strings.EqualFold(s, "reminder") { // what some programs write into every event
		if p := e.first(pAltDesc); p != nil {
			s = ical.Text(p.value)
			if ft := ical.Param(p.params, "FMTTYPE"); ft == nil || bytes.EqualFold(ft, []byte("text/html")) {
				s = plainText(s)
			}
		}
	} else if looksLikeHTML(s) { // Google writes HTML into DESCRIPTION
		s = plainText(s)
	}
	return minutes.Clean(strings.TrimSpace(s))
}

func (e *event) status() string {
	switch s := strings.ToLower(e.text(pStatus)); s {
	case "tentative", "cancelled":
		return s
	}
	if strings.EqualFold(e.text(pBusy), "TENTATIVE") {
		return "tentative"
	}
	return "confirmed"
}

func (e *event) free() bool {
	if p := e.first(pTransp); p != nil {
		return strings.EqualFold(strings.TrimSpace(string(p.value)), "TRANSPARENT")
	}
	return strings.EqualFold(e.text(pBusy), "FREE")
}

// place is where Apple's programs say it when LOCATION does not.
func (e *event) place() minutes.Safe {
	if p := e.first(pStructured); p != nil {
		return minutes.CleanLine(ical.ParamText(ical.Param(p.params, "X-TITLE"))).Cut(maxLocation)
	}
	return minutes.Safe{}
}

func (e *event) tags() []string {
	var out []string
	for i := range e.props {
		if p := &e.props[i]; p.id == pCategories {
			for _, c := range ical.List(p.value) {
				if t := minutes.CleanLine(c).Cut(40).String(); t != "" && !slices.Contains(out, t) && len(out) < maxTags {
					out = append(out, t)
				}
			}
		}
	}
	switch class := strings.ToLower(e.text(pClass)); class {
	case "private", "confidential":
		if !slices.Contains(out, class) {
			out = append(out, class)
		}
	}
	return out
}

// people fills organizer, attendees, my answer, and the room where it is invited like a person.
func (w *writer) people(e *event, ev *minutes.Event) {
	for i := range e.props {
		p := &e.props[i]
		switch p.id {
		case pOrganizer:
			ev.Organizer = person(p)
		case pAttendee:
			a := person(p)
			if a.Email == "" && a.Name.Empty() {
				continue
			}
			switch kind := ical.Param(p.params, "CUTYPE"); {
			case bytes.EqualFold(kind, []byte("ROOM")):
				if ev.Location.Empty() {
					ev.Location = a.Name.Cut(maxLocation)
				}
				continue
			case bytes.EqualFold(kind, []byte("RESOURCE")):
				continue
			}
			mine := a.Email != "" && slices.Contains(w.args.Addresses, a.Email)
			if mine && ev.MyStatus == "" {
				ev.MyStatus = partStat(p)
			}
			if len(ev.Attendees) < maxAttendees || mine && len(ev.Attendees) == maxAttendees {
				ev.Attendees = append(ev.Attendees, a)
			}
		}
	}
}

func partStat(p *prop) string {
	s := minutes.CleanLine(strings.ToLower(ical.ParamText(ical.Param(p.params, "PARTSTAT")))).Cut(40).String()
	if s == "" {
		return "needs-action"
	}
	return s
}

// person reads an ORGANIZER or ATTENDEE. Exchange writes X.500 names, Google invalid:nomail, and
// some no scheme at all: the address may then be in EMAIL, or there is none.
func person(p *prop) minutes.Address {
	a := minutes.Address{Name: minutes.CleanLine(ical.ParamText(ical.Param(p.params, "CN"))).Cut(100)}
	for _, s := range []string{ical.String(p.value), ical.ParamText(ical.Param(p.params, "EMAIL"))} {
		if a.Email = address(s); a.Email != "" {
			break
		}
	}
	if strings.EqualFold(a.Name.String(), a.Email) {
		a.Name = minutes.Safe{}
	}
	return a
}

func address(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, ':'); i >= 0 {
		if !strings.EqualFold(s[:i], "mailto") {
			return ""
		}
		s, _, _ = strings.Cut(s[i+1:], "?")
		if u, err := url.PathUnescape(s); err == nil {
			s = u
		}
	}
	s = strings.ToLower(minutes.CleanLine(s).String())
	if len(s) > 254 || strings.Count(s, "@") != 1 || strings.ContainsAny(s, " <>\"") {
		return ""
	}
	return s
}

// size is about how many bytes an item takes on its way out of the jail.
func size(it minutes.Item) int {
	return 500 + len(it.Body.String()) + len(it.Excerpt.String()) + 60*len(it.Event.Attendees)
}
