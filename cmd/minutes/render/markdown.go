package render

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// Markdown writes a brief as CommonMark. Text from outside is escaped, so it cannot become a link,
// an image or HTML; the only links are items' stored ones.
func Markdown(w io.Writer, b minutes.Brief, o Options) error {
	m := &markdown{zone: zoneOf(b), hours: o.Hours, links: map[string]string{}}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			m.links[it.ID] = minutes.WebURL(it.URL)
		}
	}
	m.brief(b)
	_, err := io.WriteString(w, m.b.String())
	return err
}

type markdown struct {
	b     strings.Builder
	zone  *time.Location
	hours int
	links map[string]string
}

// escape disarms every character that means something to a Markdown reader, and keeps a bare
// address from becoming a link by itself.
func escape(s minutes.Safe) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s.Line().String(), "://", ":\x00//") {
		switch {
		case r == 0:
			b.WriteByte('\\') // the slash after it is text
			continue
		case strings.ContainsRune("\\`*_{}[]<>#+!|~&", r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (m *markdown) f(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

// cite is the text with a link to the first of its items that has one.
func (m *markdown) cite(c minutes.Claim) string {
	for _, id := range c.Items {
		if l := m.links[id]; l != "" {
			return fmt.Sprintf("%s [↗](<%s>)", escape(c.Text), l)
		}
	}
	return escape(c.Text)
}

func (m *markdown) brief(b minutes.Brief) {
	now := b.GeneratedAt.In(m.zone)
	day, err := time.Parse(time.DateOnly, b.Day)
	if err != nil {
		day = now
	}
	m.f("# %s\n\n", day.Format("Monday 2 January 2006"))
	for i, c := range b.TLDR {
		m.f("%d. %s\n", i+1, m.cite(c))
	}
	if len(b.Agenda) > 0 {
		m.f("\n## Today\n\n")
		for _, e := range b.Agenda {
			m.agenda(e)
		}
	}
	m.owed(b.Actions, "me", "To do", now)
	m.owed(b.Actions, "them", "Waiting for", now)
	m.claims("Summary", b.Summary)
	m.claims("Worth knowing", b.Insights)
	for _, s := range b.Sections {
		m.section(s)
	}
	started := false
	for _, s := range b.Sources {
		if s.Status != "failed" && s.Status != "partial" {
			continue
		}
		if !started {
			m.f("\n## Sources with trouble\n\n")
			started = true
		}
		m.f("- %s %s: %s. %s\n", escape(minutes.Clean(s.Name)), s.Status, escape(s.Error), escape(s.Hint))
	}
	m.f("\n*%d of %d lines checked against their sources.*\n", b.Verification.Supported, b.Verification.Claims)
}

func (m *markdown) claims(title string, claims []minutes.Claim) {
	if len(claims) == 0 {
		return
	}
	m.f("\n## %s\n\n", title)
	for _, c := range claims {
		m.f("- %s\n", m.cite(c))
	}
}

func (m *markdown) agenda(e minutes.AgendaEntry) {
	m.f("- **%s** %s", span(e, m.zone, m.hours), escape(e.Title))
	if !e.Location.Empty() {
		m.f(" · %s", escape(minutes.Clean(place(e.Location))))
	}
	if len(e.Conflicts) > 0 {
		m.f(" **(clashes)**")
	}
	m.f("\n")
	if e.Prepare != nil {
		m.f("  - %s\n", m.cite(*e.Prepare))
	}
}

func (m *markdown) owed(as []minutes.Action, owner, title string, now time.Time) {
	started := false
	for _, a := range as {
		if a.Owner != owner || a.Status != "open" {
			continue
		}
		if !started {
			m.f("\n## %s\n\n", title)
			started = true
		}
		m.f("- [ ] %s", escape(a.Text))
		if when, over := due(a, now, m.hours); over {
			m.f(" **(%s, overdue)**", when)
		} else if when != "" {
			m.f(" *(%s)*", when)
		}
		m.f("\n")
	}
}

func (m *markdown) section(s minutes.Section) {
	if len(s.Items) == 0 {
		return
	}
	m.f("\n## %s\n\n", strings.ToUpper(s.Kind[:1])+s.Kind[1:])
	for i, it := range s.Items {
		line := it.Title
		if i < len(s.Lines) {
			line = s.Lines[i].Text
		}
		m.f("- %s", escape(line))
		if l := minutes.WebURL(it.URL); l != "" {
			m.f(" [%s](<%s>)", Host(l), l)
		}
		m.f("\n")
	}
	if s.LeftOut > 0 {
		m.f("\nNot today: %d", s.LeftOut)
		if !s.Why.Empty() {
			m.f(" (%s)", escape(s.Why))
		}
		m.f("\n")
	}
}
