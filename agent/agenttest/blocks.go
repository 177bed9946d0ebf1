package agenttest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

func (w *world) addBlock(b block) error {
	switch b.kind {
	case "mail", "sent":
		return w.mail(b)
	case "event":
		return w.event(b)
	case "forecast":
		return w.forecast(b)
	}
	return fmt.Errorf("no such block")
}

func (w *world) mail(b block) error {
	at, _, err := w.when(b.head["at"])
	if err != nil {
		return err
	}
	flags := strings.Fields(b.head["flags"])
	has := func(f string) bool { return slices.Contains(flags, f) }
	m := &minutes.Mail{MessageID: b.key + "@mornings.example", Folder: "INBOX", From: w.address(b.head["from"]),
		To: w.addresses(cmp.Or(b.head["to"], "me")), Cc: w.addresses(b.head["cc"]), Unread: !has("read"),
		Flagged: has("flagged"), Answered: has("answered"), ListID: b.head["list"], Bulk: has("bulk"),
		Thread: cmp.Or(b.head["thread"], b.key), Attachments: list(b.head["attached"])}
	if b.kind == "sent" {
		m.From, m.FromMe, m.Folder, m.Unread = w.me, true, "Sent", false
	}
	m.Direct = !m.FromMe && !m.Bulk && m.ListID == "" && slices.ContainsFunc(m.To, w.mine)
	if s := b.head["invite"]; s != "" {
		if m.Invite, err = w.span(s); err != nil {
			return err
		}
		m.Invite.Organizer, m.Invite.UID, m.Method = m.From, b.key+"-uid", cmp.Or(b.head["method"], "REQUEST")
		m.Invite.MyStatus, m.Invite.Location = "needs-action", minutes.CleanLine(b.head["where"])
	}
	it := minutes.Item{ID: "mail:" + b.key, Kind: minutes.KindMail, Source: cmp.Or(b.head["source"], "mail"),
		Title: minutes.CleanLine(b.head["subject"]), Author: minutes.CleanLine(m.From.String()), At: at,
		Excerpt: minutes.Clean(b.body).Cut(500), Body: minutes.Clean(b.body), Private: true, Mail: m}
	w.Items = append(w.Items, it)
	if has("seen") {
		w.seen = append(w.seen, it)
	}
	return nil
}

func (w *world) mine(a minutes.Address) bool {
	return slices.Contains(w.Morning.Morning.Profile.Addresses, a.Email)
}

// span reads "09:30-10:00", "+1d 09:00-10:00", "+0d" and "+0d..+2d".
func (w *world) span(s string) (*minutes.Event, error) {
	e := &minutes.Event{Status: "confirmed"}
	first, last, days := strings.Cut(s, "..")
	from, to, hours := strings.Cut(first, "-")
	if !hours || from == "" || days || !strings.Contains(s, ":") { // a day before today begins with "-"
		start, _, err := w.when(first)
		if err != nil {
			return nil, err
		}
		e.Start, e.End, e.AllDay = start, start.AddDate(0, 0, 1), true
		if days {
			end, _, err := w.when(last)
			if err != nil {
				return nil, err
			}
			e.End = end.AddDate(0, 0, 1)
		}
		return e, nil
	}
	start, _, err := w.when(from)
	if err != nil {
		return nil, err
	}
	clock, err := time.Parse("15:04", to)
	if err != nil {
		return nil, fmt.Errorf("%q is no end", to)
	}
	e.Start = start
	e.End = time.Date(start.Year(), start.Month(), start.Day(), clock.Hour(), clock.Minute(), 0, 0, start.Location())
	return e, nil
}

func (w *world) event(b block) error {
	e, err := w.span(b.head["at"])
	if err != nil {
		return err
	}
	flags := strings.Fields(b.head["flags"])
	e.UID, e.Location = b.key, minutes.CleanLine(b.head["where"])
	e.Attendees, e.MyStatus, e.Call = w.addresses(b.head["with"]), b.head["reply"], b.head["call"]
	if s := b.head["by"]; s != "" {
		e.Organizer = w.address(s)
	}
	e.Recurring, e.Free = slices.Contains(flags, "recurring"), slices.Contains(flags, "free")
	if slices.Contains(flags, "cancelled") {
		e.Status = "cancelled"
	}
	it := minutes.Item{ID: "event:" + b.key, Kind: minutes.KindEvent, Source: cmp.Or(b.head["source"], "calendar"),
		Title: minutes.CleanLine(b.head["title"]), At: e.Start, Excerpt: minutes.Clean(b.body).Cut(500),
		Body: minutes.Clean(b.body), Private: true, Event: e}
	w.Items = append(w.Items, it)
	if s := b.head["was"]; s != "" {
		old, err := w.span(s)
		if err != nil {
			return err
		}
		was := *e
		was.Start, was.End, was.AllDay = old.Start, old.End, old.AllDay
		it.Event, it.At = &was, was.Start
		w.seen = append(w.seen, it)
	} else if slices.Contains(flags, "seen") {
		w.seen = append(w.seen, it)
	}
	return nil
}

// finish puts the brief before together of what was seen by it.
func (w *world) finish() {
	if w.before.IsZero() {
		return
	}
	b := &minutes.Brief{Schema: "minutes.brief/v1", Day: w.before.Format(time.DateOnly), GeneratedAt: w.before}
	kinds := map[minutes.Kind]string{minutes.KindMail: "mail", minutes.KindEvent: "calendar", minutes.KindQuote: "market",
		minutes.KindStory: "news", minutes.KindArticle: "news", minutes.KindForecast: "weather"}
	for _, name := range []string{"mail", "calendar", "market", "news", "weather"} {
		s := minutes.Section{Kind: name}
		for _, it := range w.seen {
			if kinds[it.Kind] == name {
				s.Items = append(s.Items, minutes.Scored{Item: it})
			}
		}
		b.Sections = append(b.Sections, s)
	}
	b.Actions = slices.Clone(w.Open)
	w.Before = b
}
