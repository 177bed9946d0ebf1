package minutes

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Facts is what the item's closed fields say, one fact a line, in a fixed form: the words that
// computed claims rest on. Times are in the zone they carry, dates as "Monday 2 January 2006".
func (it Item) Facts() Safe {
	var b strings.Builder
	line := func(name string, v ...string) {
		if s := strings.TrimSpace(strings.Join(v, " ")); s != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, s)
		}
	}
	switch {
	case it.Mail != nil:
		m := it.Mail
		line("from", m.From.String())
		line("sent", Stamp(it.At))
		if len(m.To) > 0 {
			line("to", people(m.To))
		}
		if len(m.Attachments) > 0 {
			line("attachments", strings.Join(m.Attachments, ", "))
		}
	case it.Event != nil:
		e := it.Event
		if e.AllDay {
			line("all day", e.Start.Format("Monday 2 January 2006"))
			if d := e.End.AddDate(0, 0, -1); d.After(e.Start) {
				line("until", d.Format("Monday 2 January 2006"))
			}
		} else {
			line("starts", Stamp(e.Start))
			line("ends", Stamp(e.End))
		}
		line("where", e.Location.String())
		line("organizer", e.Organizer.String())
		line("with", people(e.Attendees))
		line("status", e.Status)
		line("my reply", e.MyStatus)
	case it.Story != nil:
		line("points", strconv.Itoa(it.Story.Points))
		line("comments", strconv.Itoa(it.Story.Comments))
		line("points per hour", strconv.FormatFloat(it.Story.PointsPerHour, 'f', 0, 64))
	case it.Article != nil:
		line("feed", it.Article.Feed.String())
		line("published", Stamp(it.At))
	case it.Quote != nil:
		q := it.Quote
		line("symbol", q.Symbol)
		line("price", Amount(q.Price, q.Decimals), q.Currency)
		line("change", fmt.Sprintf("%+.2f %%", q.ChangePercent))
		line("previous close", Amount(q.PreviousClose, q.Decimals))
		line("as of", Stamp(q.AsOf))
		if q.Closed {
			line("market", "closed")
		}
	case it.Forecast != nil:
		f := it.Forecast
		deg := "°C"
		if f.Units == "imperial" {
			deg = "°F"
		}
		line("place", f.Place.String())
		line("now", fmt.Sprintf("%.0f %s, %s", f.Now.Temperature, deg, f.Now.Summary))
		line("today", fmt.Sprintf("%.0f to %.0f %s, %s", f.Today.Min, f.Today.Max, deg, f.Today.Summary))
		line("advice", f.Advice.String())
		for _, a := range f.Alerts {
			line("alert", a.String())
		}
		for _, h := range f.Hours {
			line(h.At.Format("15:04"), fmt.Sprintf("%.0f %s, chance of rain %d %%", h.Temperature, deg, h.Chance))
		}
	}
	return Clean(b.String())
}

// In is the item with every time a person reads in the zone z, so that Facts and claims speak of
// one clock. It shares nothing that it changed with the original.
func (it Item) In(z *time.Location) Item {
	if z == nil {
		return it
	}
	it.At = in(it.At, z)
	if it.Event != nil {
		it.Event = it.Event.in(z)
	}
	if it.Mail != nil && it.Mail.Invite != nil {
		m := *it.Mail
		m.Invite = m.Invite.in(z)
		it.Mail = &m
	}
	if it.Quote != nil {
		q := *it.Quote
		q.AsOf = in(q.AsOf, z)
		it.Quote = &q
	}
	if it.Forecast != nil {
		f := *it.Forecast
		f.Now.At, f.Today.Sunrise, f.Today.Sunset = in(f.Now.At, z), in(f.Today.Sunrise, z), in(f.Today.Sunset, z)
		f.Hours = append([]WeatherHour(nil), f.Hours...)
		for i := range f.Hours {
			f.Hours[i].At = in(f.Hours[i].At, z)
		}
		it.Forecast = &f
	}
	return it
}

func (e *Event) in(z *time.Location) *Event {
	c := *e
	c.Start, c.End = in(c.Start, z), in(c.End, z)
	return &c
}

func in(t time.Time, z *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(z)
}

// Stamp is a moment as Facts writes it: "Wednesday 25 November 2026 09:30".
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("Monday 2 January 2006 15:04")
}

// Amount is a figure with its decimals and thousands apart: 1,234.50.
func Amount(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', max(decimals, 0), 64)
	neg := strings.HasPrefix(s, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac != "" {
		whole += "." + frac
	}
	if neg {
		return "-" + whole
	}
	return whole
}

// String is the name, or the address where there is none.
func (a Address) String() string {
	if !a.Name.Empty() {
		return a.Name.String()
	}
	return a.Email
}

func people(as []Address) string {
	var names []string
	for _, a := range as {
		names = append(names, a.String())
	}
	return strings.Join(names, ", ")
}
