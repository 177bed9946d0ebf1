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
	m := &markdown{zone: zoneOf(b), now: o.Now, hours: o.Hours, links: map[string]string{}}
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
	now   time.Time
	hours int
	links map[string]string
}

// escape disarms every character that means something to a Markdown reader, also at a line's start,
// and keeps a bare address from becoming a link by itself.
func escape(s minutes.Safe) string {
	line := s.Line().String()
	var b strings.Builder
	number := true // only digits so far: "1." would begin a list
	for i, r := range line {
		rest := line[i:]
		switch {
		case strings.ContainsRune("\\`*_{}[]<>#!|~&$^", r),
			i == 0 && strings.ContainsRune("-+=", r),
			number && i > 0 && (r == '.' || r == ')'),
			r == '/' && strings.HasPrefix(rest, "//") && strings.HasSuffix(line[:i], ":"):
			b.WriteByte('\\')
		case r == 'w' || r == 'W': // www. is made a link too
			if len(rest) >= 4 && strings.EqualFold(rest[:4], "www.") {
				b.WriteString(rest[:3] + "\\")
				b.WriteString(escape(minutes.Clean(line[i+3:])))
				return b.String()
			}
		}
		b.WriteRune(r)
		number = number && r >= '0' && r <= '9'
	}
	return b.String()
}

func (m *markdown) f(format string, args ...any) { fmt.Fprintf(&m.b, format, args...) }

// cite is the text with a link to the first of its items that has one.
func (m *markdown) cite(c minutes.Claim) string {
	for _, id := range c.Items {
		if l := m.links[id]; l != "" {
			return fmt.Sprintf("%s [%s](<%s>)", escape(c.Text), escape(minutes.Clean(Host(l))), address(l))
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
	if s := expired(b, now, m.now, m.hours); s != "" {
		m.f("*%s*\n\n", s)
	}
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
	if s := since(b.Changes); s != "" {
		m.f("\n## Since the last brief\n\n%s\n", s)
	}
	m.trouble(b.Sources, now)
	m.f("\n*%s*\n", escape(minutes.Clean(footnote(b))))
}

func (m *markdown) trouble(sources []minutes.SourceStatus, now time.Time) {
	started := false
	for _, s := range minutes.Together(sources) {
		if !troubled(s) {
			continue
		}
		if !started {
			m.f("\n## Sources with trouble\n\n")
			started = true
		}
		m.f("- %s\n", escape(minutes.Clean(troubleText(s, now))))
	}
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
	if len(s.Items) == 0 && s.LeftOut == 0 {
		return
	}
	m.f("\n## %s\n\n", escape(minutes.Clean(title(s.Kind))))
	for i, it := range s.Items {
		line := it.Title
		if i < len(s.Lines) {
			line = s.Lines[i].Text
		}
		m.f("- %s", escape(line))
		if l := minutes.WebURL(it.URL); l != "" {
			m.f(" [%s](<%s>)", escape(minutes.Clean(Host(l))), address(l))
		}
		m.f("\n")
	}
	if s.LeftOut > 0 {
		m.f("\nNot today (%d)", s.LeftOut)
		if !s.Why.Empty() {
			m.f(": %s", escape(s.Why))
		}
		m.f("\n")
	}
}
