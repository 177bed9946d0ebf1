package feedback

import (
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// The allowances for what a mail's sender wrote, by who he is. With them a stranger's direct mail
// stays under 200+220+40+100, a plain direct one from someone I answer stands at 200+220+180.
const (
	claimsKnown    = 250
	claimsStranger = 100
	claimsList     = 50
)

// mail adds the parts of a message.
func (w *world) mail(t *tally, it minutes.Item, text text) {
	m := it.Mail
	t.add(200, "mail")
	if m.FromMe {
		t.add(-150, "sent by me")
		return
	}
	listed := m.ListID != "" || m.Bulk
	known := w.known(m.From.Email) && !listed
	switch {
	case known:
		t.claims = claimsKnown
	case listed:
		t.claims = claimsList
	default:
		t.claims = claimsStranger
	}
	w.addressed(t, m)
	w.sender(t, m)
	w.state(t, it)
	w.asks(t, it, text, listed)
	w.likes(t, text, mailWords)
	if d := w.age(it.At); d >= 24*time.Hour {
		t.add(-min(int(d.Hours()/24)*20, 120), old(d))
	}
}

// addressed is how the mail came to me.
func (w *world) addressed(t *tally, m *minutes.Mail) {
	switch {
	case m.Bulk && m.ListID == "":
		t.add(-100, "newsletter")
	case m.Bulk:
		t.add(-80, "bulk mail of a list")
	case m.ListID != "":
		t.add(-50, "mailing list")
	case m.Direct:
		t.add(220, "to me directly")
	case w.among(m.To):
		t.add(140, "to me and others")
	case w.among(m.Cc):
		t.add(60, "copied to me")
	}
	if !m.Bulk && machine(m.From.Email) {
		t.add(-140, "sent by a machine")
	}
}

func (w *world) among(as []minutes.Address) bool {
	return slices.ContainsFunc(as, func(a minutes.Address) bool { return w.mine[a.Email] })
}

// machine holds for addresses that say that nobody reads their answers.
func machine(email string) bool {
	local, _, _ := strings.Cut(email, "@")
	if strings.ContainsAny(local, "-_.") {
		local = strings.Map(func(r rune) rune {
			if r == '-' || r == '_' || r == '.' {
				return -1
			}
			return r
		}, local)
	}
	return strings.HasPrefix(local, "noreply") || strings.HasPrefix(local, "donotreply") || strings.HasPrefix(local, "notification") ||
		strings.HasPrefix(local, "mailerdaemon") || strings.HasPrefix(local, "bounce")
}

// sender is what I know of who wrote.
func (w *world) sender(t *tally, m *minutes.Mail) {
	email := m.From.Email
	if s, ok := w.importantSender(email); ok {
		t.add(250, "important: "+s)
	}
	if w.answers[email] {
		t.add(180, "from someone I answer")
	}
	if w.meets[email] && !w.mine[email] {
		t.add(120, "meeting today with its sender")
	}
}

// state is what I did with the mail.
func (w *world) state(t *tally, it minutes.Item) {
	m := it.Mail
	mine, took := w.replied[m.Thread]
	took = took && m.Thread != ""
	switch {
	case m.Answered || took && mine.After(it.At):
		t.add(-200, "already answered")
	case took:
		t.add(80, "in a thread I take part in")
	}
	if m.Unread {
		t.add(40, "unread")
	}
	if m.Flagged {
		t.add(120, "flagged")
	}
}

// asks is what the sender says he wants: one part for urgency or a deadline, however often he says
// it, one for a question, one for an invitation.
func (w *world) asks(t *tally, it minutes.Item, text text, listed bool) {
	if delta, label := pressing(text); delta > 0 {
		t.claim(delta, label)
	}
	if !listed && it.Mail.Direct && (question(it.Title.String()) || question(it.Excerpt.String())) {
		t.claim(50, "asks me a question")
	}
	e := it.Mail.Invite
	if e != nil && it.Mail.Method == "REQUEST" && (e.MyStatus == "" || e.MyStatus == "needs-action") && !e.Start.Before(w.m.Now) {
		t.claim(120, "invitation awaits my reply")
	}
}

// question says whether a sentence of s ends with a question mark; those of links do not count.
func question(s string) bool {
	for {
		_, after, ok := strings.Cut(s, "?")
		if !ok {
			return false
		}
		if after == "" || strings.ContainsRune(" \n\t)\"'!?”»", rune(after[0])) || after[0] >= 0x80 {
			return true
		}
		s = after
	}
}

// pressing finds the first deadline or word of urgency. It is the short cousin of what agent/extract
// reads properly: a ranker must not depend on a grammar, and one hit is all that counts.
func pressing(text text) (delta int, label string) {
	urgent := false
	for i, w := range text.words {
		switch w {
		case "urgent", "urgently", "asap", "dringend", "urgente":
			urgent = urgent || i == 0 || text.words[i-1] != "not" && text.words[i-1] != "nicht"
		case "eod", "cob":
			return 120, "asks for something by today"
		case "deadline", "frist":
			delta, label = 80, "names a deadline"
		case "by", "before", "until", "due", "bis", "avant", "antes":
			for k := i + 1; k <= i+2 && k < len(text.words); k++ {
				if day, near := dueDay(text.words[k]); day != "" {
					if near {
						return 120, "asks for something by " + day
					}
					return 80, "asks for something by " + day
				}
			}
		}
	}
	if delta == 0 && urgent {
		return 60, "says that it is urgent"
	}
	return delta, label
}

// dueDay is the English name of a day that things are due; near is today or tomorrow.
func dueDay(w string) (day string, near bool) {
	switch w {
	case "today", "tonight", "heute", "hoy":
		return "today", true
	case "tomorrow", "morgen", "demain", "manana":
		return "tomorrow", true
	case "monday", "montag", "lundi", "lunes":
		return "Monday", false
	case "tuesday", "dienstag", "mardi", "martes":
		return "Tuesday", false
	case "wednesday", "mittwoch", "mercredi", "miercoles":
		return "Wednesday", false
	case "thursday", "donnerstag", "jeudi", "jueves":
		return "Thursday", false
	case "friday", "freitag", "vendredi", "viernes":
		return "Friday", false
	case "saturday", "samstag", "samedi", "sabado":
		return "Saturday", false
	case "sunday", "sonntag", "dimanche", "domingo":
		return "Sunday", false
	}
	return "", false
}
