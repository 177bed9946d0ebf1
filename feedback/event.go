package feedback

import (
	"time"

	"github.com/dailyminutes/minutes"
)

// event adds the parts of a meeting: when it is, what it needs of me, who is there.
func (w *world) event(t *tally, it minutes.Item, text text) {
	e := it.Event
	t.add(200, "event")
	w.nearness(t, e)
	switch {
	case e.Status == "cancelled":
		t.add(-150, "cancelled")
	case e.MyStatus == "declined":
		t.add(-300, "I declined")
	case e.MyStatus == "needs-action":
		t.add(120, "needs my reply")
	}
	if e.AllDay {
		t.add(-50, "all day")
	}
	if e.Free {
		t.add(-80, "leaves me free")
	}
	if w.withOthers(e) {
		t.add(60, "with others")
	}
	if s, ok := w.importantGuest(e); ok {
		t.add(120, "important: "+s)
	}
	w.likes(t, text, eventWords)
}

// nearness is how soon the event is.
func (w *world) nearness(t *tally, e *minutes.Event) {
	now := w.m.Now
	until := e.Start.Sub(now)
	days := 0
	for days < 15 && !e.Start.Before(w.day(days+1)) {
		days++
	}
	switch {
	case !e.End.After(now) && !e.Start.After(now):
		t.add(-180, "over")
	case w.today(e) && until > 0 && until <= 2*time.Hour && !e.AllDay:
		t.add(300, "today")
		t.add(100, "within two hours")
	case w.today(e) && until <= 0 && !e.AllDay && e.Start.Before(w.day(0)):
		t.add(150, "still going on")
	case w.today(e):
		t.add(300, "today")
	case days == 1:
		t.add(120, "tomorrow")
	case days < 8:
		t.add(80-10*days, "in "+plural(days, "day", "days"))
	default:
		t.add(-100, "more than a week away")
	}
}

func (w *world) withOthers(e *minutes.Event) bool {
	for _, a := range e.Attendees {
		if !w.mine[a.Email] {
			return true
		}
	}
	return e.Organizer.Email != "" && !w.mine[e.Organizer.Email]
}

// importantGuest is the first of profile.important that is invited.
func (w *world) importantGuest(e *minutes.Event) (string, bool) {
	if s, ok := w.importantSender(e.Organizer.Email); ok {
		return s, true
	}
	for _, a := range e.Attendees {
		if s, ok := w.importantSender(a.Email); ok {
			return s, true
		}
	}
	return "", false
}
