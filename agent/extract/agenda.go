package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// counts says whether an event is one I go to: not declined, not cancelled, and not the unanswered
// invitation of someone I do not know, who could else write anything into my day.
func (d *desk) counts(it minutes.Item) bool {
	e := it.Event
	return e != nil && e.Status != "cancelled" && e.MyStatus != "declined" && !d.uninvited(it)
}

func (d *desk) uninvited(it minutes.Item) bool {
	e := it.Event
	return e.MyStatus == "needs-action" && e.Organizer.Email != "" && !d.people.is(e.Organizer) && !d.people.mine(e.Organizer)
}

// day are the events of the morning's day in order, all-day ones first; one that several calendars
// hold counts once.
func (d *desk) day() []minutes.Scored {
	out := d.eventsOf(0)
	d.crowd = max(0, len(out)-maxDay)
	return out[:len(out)-d.crowd]
}

// maxDay is how many events of one day are looked at: nobody has more, and every pair of them is compared.
const maxDay = 60

func (d *desk) eventsOf(offset int) []minutes.Scored {
	start := midnight(d.m.Now).AddDate(0, 0, offset)
	end := start.AddDate(0, 0, 1)
	var out []minutes.Scored
	for _, s := range d.kind(minutes.KindEvent) {
		if len(out) > 4*maxDay { // best first: a calendar of thousands a day is no day
			break
		}
		e := s.Event
		if !d.counts(s.Item) || !e.Start.Before(end) || !e.End.After(start) && !(e.Start.Equal(e.End) && !e.Start.Before(start)) {
			continue
		}
		if slices.ContainsFunc(out, func(o minutes.Scored) bool { return twin(o, s) }) {
			continue
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b minutes.Scored) int {
		if a.Event.AllDay != b.Event.AllDay {
			if a.Event.AllDay {
				return -1
			}
			return 1
		}
		if c := a.Event.Start.Compare(b.Event.Start); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

func twin(a, b minutes.Scored) bool {
	return fold(a.Title.String()) == fold(b.Title.String()) && a.Event.Start.Equal(b.Event.Start) && a.Event.End.Equal(b.Event.End)
}

// busy events take my time: not all day, not free.
func busy(s minutes.Scored) bool { return !s.Event.AllDay && !s.Event.Free }

func clashes(a, b minutes.Scored) bool {
	return a.ID != b.ID && busy(a) && busy(b) && a.Event.Start.Before(b.Event.End) && b.Event.Start.Before(a.Event.End)
}

func (d *desk) entries() []minutes.AgendaEntry {
	out := make([]minutes.AgendaEntry, 0, len(d.agenda))
	for _, s := range d.agenda {
		e := s.Event
		a := minutes.AgendaEntry{Item: s.ID, Start: e.Start, End: e.End, AllDay: e.AllDay, Title: s.Title, Location: e.Location, Conflicts: []string{}}
		for _, o := range d.agenda {
			if clashes(s, o) {
				a.Conflicts = append(a.Conflicts, o.ID)
			}
		}
		if it, ok := d.preparation(s); ok {
			text := "Read " + possessive(who(it)) + " " + quoted(clip(subject(it), 12))
			if len(it.Mail.Attachments) > 0 {
				text = "Read " + it.Mail.Attachments[0] + " from " + who(it)
			}
			c := claim(minutes.EngineComputed, text, it.ID, it.Title.String(), it.ID, factLine(it, "from"), it.ID, factLine(it, "attachments"))
			a.Prepare = &c
		}
		out = append(out, a)
	}
	return out
}

// preparation is the mail to read before an event: from one of its people and about the same
// thing, or with a document for it. What it asks for is told elsewhere.
func (d *desk) preparation(s minutes.Scored) (minutes.Item, bool) {
	it, ok := d.prepared[s.ID]
	if !ok {
		it = d.prepare(s)
		d.prepared[s.ID] = it
	}
	return it, it.ID != ""
}

func (d *desk) prepare(s minutes.Scored) minutes.Item {
	about := topical(s.Title.String())
	for _, a := range append(slices.Clone(s.Event.Attendees), s.Event.Organizer) {
		for w := range topical(a.Name.String()) {
			delete(about, w)
		}
	}
	var found minutes.Item
	best := 0
	for _, o := range d.kind(minutes.KindMail) {
		if d.classes[o.ID] != person || o.Mail.Invite != nil || d.m.Now.Sub(o.At) > 10*24*time.Hour || d.owed(o.ID) && len(o.Mail.Attachments) == 0 {
			continue
		}
		part := d.takesPart(s.Event, o.Mail.From)
		if !part && (len(o.Mail.Attachments) == 0 || !d.people.knows(o.Item)) {
			continue
		}
		titles := len(shared(about, topical(o.Title.String()+" "+strings.Join(o.Mail.Attachments, " "))))
		text := len(shared(about, topical(o.Excerpt.String())))
		weight := 2*titles + min(text, 2)
		if part {
			weight *= 2
		}
		if weight >= 4 && (weight > best || weight == best && o.At.After(found.At)) {
			best, found = weight, o.Item
		}
	}
	return found
}

// owed says whether something asked in a mail is still mine to do.
func (d *desk) owed(id string) bool {
	if d.owing == nil {
		d.owing = map[string]bool{}
		for _, l := range d.loops {
			if l.Owner == "me" && l.Status == "open" {
				d.owing[l.Item] = true
			}
		}
	}
	return d.owing[id]
}

func (d *desk) takesPart(e *minutes.Event, a minutes.Address) bool {
	if d.people.mine(a) {
		return false
	}
	return e.Organizer.Email != "" && e.Organizer.Email == a.Email ||
		slices.ContainsFunc(e.Attendees, func(p minutes.Address) bool { return p.Email == a.Email })
}

// invitations are actions while they wait for my answer: from a mail, or from the calendar.
func (d *desk) invitations() []loop {
	var out []loop
	seen := map[string]bool{}
	for _, s := range d.ranked {
		e, asked, from := s.Event, s.At, minutes.Address{}
		switch {
		case s.Mail != nil && s.Mail.Invite != nil && s.Mail.Method == "REQUEST":
			e, from = s.Mail.Invite, s.Mail.From
			if s.Mail.Answered || d.answered(e.UID) || d.classes[s.ID] == suspect || !d.people.knows(s.Item) {
				continue
			}
		case e != nil && e.MyStatus == "needs-action" && e.Status != "cancelled" && !d.uninvited(s.Item):
			asked, from = d.m.Now, e.Organizer
		default:
			continue
		}
		if !e.Start.After(d.m.Now) || seen[e.UID] && e.UID != "" {
			continue
		}
		seen[e.UID] = true
		sum := sha256.Sum256([]byte("invite\x00" + e.UID + "\x00" + fold(s.Title.String())))
		start := e.Start
		l := loop{Action: minutes.Action{ID: "act-" + hex.EncodeToString(sum[:6]), Owner: "me", Item: s.ID, Status: "open", Since: asked,
			Who: minutes.CleanLine(from.String()), Due: &start, DueAll: e.AllDay}, mail: s.Item, invite: e}
		l.Text = minutes.CleanLine("Answer " + possessive(from.String()) + " invitation to " + quoted(clip(inviteTitle(s.Item), 10)) + ", " + d.span(e))
		l.Evidence = []minutes.Evidence{{Item: s.ID, Quote: s.Title}}
		facts := s.Item
		if s.Mail != nil {
			facts = minutes.Item{Event: e}
		}
		for _, name := range []string{"starts", "ends", "all day", "organizer"} {
			if f := factLine(facts, name); f != "" {
				l.Evidence = append(l.Evidence, minutes.Evidence{Item: s.ID, Quote: minutes.CleanLine(f)})
			}
		}
		out = append(out, l)
	}
	return out
}

// answered says whether the calendar already holds my answer to an invitation.
func (d *desk) answered(uid string) bool {
	return uid != "" && slices.ContainsFunc(d.ranked, func(s minutes.Scored) bool {
		return s.Event != nil && s.Event.UID == uid && s.Event.MyStatus != "needs-action" && s.Event.MyStatus != ""
	})
}

func inviteTitle(it minutes.Item) string {
	t := subject(it)
	for _, p := range []string{"Invitation:", "Einladung:", "Invitación:", "Updated invitation:"} {
		t = strings.TrimSpace(strings.TrimPrefix(t, p))
	}
	return t
}

// span is when an event is: "15:30 to 16:30", with its day unless that is today.
func (d *desk) span(e *minutes.Event) string {
	day := d.dayName(e.Start)
	if e.AllDay {
		return day
	}
	hours := d.clock(e.Start) + " to " + d.clock(e.End)
	if day == "today" {
		return hours
	}
	return day + " " + hours
}

// name is how a line calls an event. One with marks in its title stands in quotation marks.
func name(s minutes.Scored) string {
	t := clip(s.Title.Line().String(), 8)
	if strings.ContainsAny(t, ",;:.!?\"“") {
		return quoted(t)
	}
	return t
}

// elsewhere says whether an event is at a place one must go to.
func elsewhere(e *minutes.Event) bool {
	l := e.Location.Line().String()
	return l != "" && e.Call == "" && !strings.Contains(l, "://") && !online().MatchString(l)
}

var online = lazy(`(?i)\b(?:zoom|teams|meet|webex|skype|online|remote|phone|telefon|call|video|room|raum|salle|sala|conference|office|büro|gym|kitchen|lecture)\b`)
