package render

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// Plain writes a brief for reading: on a terminal with colour and links, elsewhere as words alone
// in the order a screen reader takes them.
func Plain(w io.Writer, b minutes.Brief, o Options) error {
	_, err := io.WriteString(w, plain(b, o))
	return err
}

// Words counts what a reader reads: the words of the plain form; links are not in it.
// A bullet or a bar is no word.
func Words(b minutes.Brief) int {
	n := 0
	for _, w := range strings.Fields(plain(b, Options{Hours: 24})) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

func plain(b minutes.Brief, o Options) string {
	p := &paper{Options: o}
	zone := zoneOf(b)
	now := b.GeneratedAt.In(zone)
	p.title(b, now)
	for i, c := range b.TLDR {
		p.para(fmt.Sprintf("%d. ", i+1), c.Text.Line().String())
	}
	p.agenda(b, zone)
	p.owed(b.Actions, "me", "To do", now)
	p.owed(b.Actions, "them", "Waiting for", now)
	p.claims("Summary", b.Summary)
	p.claims("Worth knowing", b.Insights)
	for _, s := range b.Sections {
		p.section(s)
	}
	p.changes(b.Changes)
	p.trouble(b.Sources, now)
	p.footer(b)
	return p.b.String()
}

func (p *paper) title(b minutes.Brief, now time.Time) {
	day, err := time.Parse(time.DateOnly, b.Day)
	if err != nil {
		day = now
	}
	note := fmt.Sprintf(" · %d min", max(1, (b.ReadingSeconds+30)/60))
	if s := expired(b, now, p.Now, p.Hours); s != "" {
		note += " · " + s
	}
	p.line(p.style(bold, day.Format("Monday 2 January 2006")) + p.style(dim, note))
	p.blank()
}

func (p *paper) claims(title string, claims []minutes.Claim) {
	if len(claims) == 0 {
		return
	}
	p.heading(title)
	for _, c := range claims {
		p.para("• ", c.Text.Line().String())
	}
}

func (p *paper) agenda(b minutes.Brief, zone *time.Location) {
	if len(b.Agenda) == 0 {
		return
	}
	p.heading("Today")
	titles := map[string]string{}
	wide := 0 // of the longest time: 12 hours need more room than 24
	for _, e := range b.Agenda {
		titles[e.Item] = e.Title.Line().String()
		wide = max(wide, ansi.StringWidth(span(e, zone, p.Hours)))
	}
	for _, e := range b.Agenda {
		s := e.Title.Line().String()
		if !e.Location.Empty() {
			s += " · " + place(e.Location)
		}
		if len(e.Conflicts) > 0 {
			var with []string
			for _, id := range e.Conflicts {
				if titles[id] != "" {
					with = append(with, titles[id])
				}
			}
			s += " " + p.style(alarm, strings.TrimRight("(clashes with "+strings.Join(with, ", "), " ")+")")
		}
		p.para(fmt.Sprintf("%-*s  ", wide, span(e, zone, p.Hours)), s)
		if e.Prepare != nil {
			p.para(strings.Repeat(" ", wide+2), p.style(dim, e.Prepare.Text.Line().String()))
		}
	}
}

// place is a location; of a link to join by, its host.
func place(s minutes.Safe) string {
	t := s.Line().String()
	if h := Host(t); h != "" {
		return "online, " + h
	}
	return t
}

// shownActions is how many open loops the brief prints; the rest are in `minutes actions`.
const shownActions = 8

func (p *paper) owed(as []minutes.Action, owner, title string, now time.Time) {
	open, shown := 0, 0
	for _, a := range as {
		if a.Status != "open" {
			continue
		}
		if open++; open > shownActions || a.Owner != owner {
			continue
		}
		if shown++; shown == 1 {
			p.heading(title)
		}
		s := a.Text.Line().String()
		if when, over := due(a, now, p.Hours); over {
			s += p.style(alarm, " ["+when+", overdue]")
		} else if when != "" {
			s += p.style(warn, " ["+when+"]")
		}
		p.para("□ ", s)
	}
	if rest := open - shownActions; rest > 0 && owner == "them" {
		p.para("", p.style(dim, fmt.Sprintf("%d more: minutes actions", rest)))
	}
}

func (p *paper) section(s minutes.Section) {
	if len(s.Items) == 0 && s.LeftOut == 0 {
		return
	}
	p.heading(title(s.Kind))
	for i, it := range s.Items {
		lead := "• "
		if p.Number != nil && p.Number(it.ID) > 0 {
			lead = fmt.Sprintf("%2d  ", p.Number(it.ID))
		}
		line := it.Title.Line().String()
		if i < len(s.Lines) {
			line = s.Lines[i].Text.Line().String()
		}
		p.para(lead, p.mark(it)+p.item(it, line))
	}
	if s.LeftOut > 0 {
		why := s.Why.Line().String()
		if why != "" {
			why = ": " + why
		}
		p.para("", p.style(dim, fmt.Sprintf("Not today (%d)%s", s.LeftOut, why)))
	}
}

func (p *paper) mark(it minutes.Scored) string {
	switch it.Verdict {
	case "up":
		return p.style(good, "▲ ")
	case "down":
		return p.style(alarm, "▼ ")
	}
	return ""
}

// item is the line of one item, with what its kind adds.
func (p *paper) item(it minutes.Scored, line string) string {
	line = p.link(line, it.URL)
	if it.Quote != nil {
		if s := spark(it.Quote.Closes, 20); s != "" && p.Color {
			return line + "  " + p.style(dim, s)
		}
	}
	if p.Color && (it.Kind == minutes.KindStory || it.Kind == minutes.KindArticle) {
		if h := Host(it.URL); h != "" {
			line += p.style(dim, " ("+h+")")
		}
	}
	return line
}

func (p *paper) changes(c minutes.Changes) {
	if s := since(c); s != "" {
		p.heading("Since the last brief")
		p.para("", s)
	}
}

func (p *paper) trouble(sources []minutes.SourceStatus, now time.Time) {
	started := false
	for _, s := range minutes.Together(sources) {
		if !troubled(s) {
			continue
		}
		if !started {
			p.heading("Sources with trouble")
			started = true
		}
		p.para("! ", p.style(warn, troubleText(s, now)))
	}
}

func (p *paper) footer(b minutes.Brief) {
	p.blank()
	p.para("", p.style(dim, footnote(b)))
}

// title is a word as a heading writes it.
func title(s string) string {
	s = text(s)
	if s == "" {
		return "Other"
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
