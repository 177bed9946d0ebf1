package feedback

import (
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// world is what all items of a morning are seen against.
type world struct {
	m         minutes.Morning
	reader    reader
	mine      map[string]bool
	answers   map[string]bool      // addresses I wrote to
	replied   map[string]time.Time // my last mail, by thread
	meets     map[string]bool      // addresses of people I meet today
	important []important
	interests phrases
	words     phrases // of profile.important
	mutes     []mute
	verdicts  map[string]minutes.Judgement
	weights   map[string]Weight
}

// important is a sender who matters from day one: an address, or a domain with or without its @.
type important struct{ address, domain string }

func newWorld(m minutes.Morning, items []minutes.Group, log []minutes.Judgement) *world {
	w := &world{
		m: m, mine: map[string]bool{}, answers: map[string]bool{}, replied: map[string]time.Time{}, meets: map[string]bool{},
		verdicts: map[string]minutes.Judgement{}, weights: map[string]Weight{},
	}
	for _, a := range m.Profile.Addresses {
		w.mine[strings.ToLower(a)] = true
	}
	for _, s := range m.Profile.Important {
		switch a := strings.ToLower(strings.TrimSpace(s)); {
		case strings.HasPrefix(a, "@"):
			w.important = append(w.important, important{domain: a[1:]})
		case strings.Contains(a, "@"):
			w.important = append(w.important, important{address: a})
		default:
			if strings.Contains(a, ".") && !strings.Contains(a, " ") {
				w.important = append(w.important, important{domain: a})
			}
			w.words.add(s)
		}
	}
	for _, s := range m.Profile.Interests {
		w.interests.add(s)
	}
	inForce := Effective(log)
	for _, j := range inForce {
		if j.Verb == up || j.Verb == down {
			w.verdicts[j.Item] = j
		}
	}
	for _, v := range weigh(inForce) {
		w.weights[v.Label] = v
	}
	w.mutes = mutes(m.Profile, inForce)
	for _, g := range items {
		w.see(g.Lead)
		for _, it := range g.Also {
			w.see(it)
		}
	}
	return w
}

// see takes from an item what it says about the others.
func (w *world) see(it minutes.Item) {
	switch {
	case it.Mail != nil && sent(it.Mail):
		for _, a := range it.Mail.To {
			w.answers[a.Email] = true
		}
		if th := it.Mail.Thread; th != "" && it.At.After(w.replied[th]) {
			w.replied[th] = it.At
		}
	case it.Event != nil && w.today(it.Event) && attended(it.Event):
		w.meets[it.Event.Organizer.Email] = true
		for _, a := range it.Event.Attendees {
			w.meets[a.Email] = true
		}
	}
}

// sent says that I wrote this, going by where it lies: a From line with my name is easily forged,
// and would make its forger someone I answer.
func sent(m *minutes.Mail) bool {
	return m.FromMe && !strings.EqualFold(m.Folder, "INBOX")
}

// attended leaves out meetings that were put into the calendar by others and not yet accepted: a
// stranger's invitation makes him nobody I meet.
func attended(e *minutes.Event) bool {
	return e.Status != "cancelled" && e.MyStatus != "declined" && e.MyStatus != "needs-action"
}

// today says whether an event touches the morning's day.
func (w *world) today(e *minutes.Event) bool {
	start, end := w.day(0), w.day(1)
	return e.Start.Before(end) && (e.End.After(start) || e.Start.Equal(e.End) && !e.Start.Before(start))
}

// day is the beginning of the day n days from the morning's.
func (w *world) day(n int) time.Time {
	now := w.m.Now
	if w.m.Zone != nil {
		now = now.In(w.m.Zone)
	}
	return minutes.DayStart(now, n)
}

// known says whether I have shown that this address matters to me.
func (w *world) known(email string) bool {
	if email == "" {
		return false
	}
	_, ok := w.importantSender(email)
	return ok || w.answers[email] || w.meets[email]
}

// importantSender is the entry of profile.important that an address meets.
func (w *world) importantSender(email string) (string, bool) {
	for _, i := range w.important {
		if i.address != "" && i.address == email {
			return i.address, true
		}
		if i.domain != "" && strings.HasSuffix(email, "@"+i.domain) {
			return "@" + i.domain, true
		}
	}
	return "", false
}

// age is how long ago t was, never negative.
func (w *world) age(t time.Time) time.Duration { return max(w.m.Now.Sub(t), 0) }

// old is an age as a part says it.
func old(d time.Duration) string {
	if d < 48*time.Hour {
		return plural(max(int(d.Hours()), 1), "hour old", "hours old")
	}
	return plural(int(d.Hours()/24), "day old", "days old")
}
