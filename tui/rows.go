package tui

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
	"golang.org/x/net/idna"
)

// row is one line of the screen. key names what can be chosen ("" cannot); only the first line of
// a wrapped text has one.
type row struct {
	text       string
	key        string
	item, link string
}

// draw puts the cursor's mark before the text.
func (r row) draw(chosen bool, t theme) string {
	if chosen {
		return t.chosen.Render("▌") + " " + t.bold.Render(r.text)
	}
	return "  " + r.text
}

// view is how a brief is to be drawn.
type view struct {
	width int
	theme theme
	hours int
	now   time.Time
	marks map[string]string
}

// rows lays the brief out, top to bottom, in the order a person reads it.
func rows(b minutes.Brief, v view) []row {
	if b.Day == "" {
		return nil
	}
	l := &layouter{view: v, links: links(b), verdicts: verdicts(b, v.marks)}
	day, _ := time.Parse(time.DateOnly, b.Day)
	l.line(v.theme.title.Render(day.Format("Monday 2 January 2006")) + v.theme.dim.Render(fmt.Sprintf(" · %d min read", max(1, (b.ReadingSeconds+30)/60))))
	for i, c := range b.TLDR {
		l.claim(fmt.Sprintf("tldr%d", i), fmt.Sprintf("%d. ", i+1), c)
	}
	l.agenda(b.Agenda)
	l.actions(b.Actions)
	l.claims("Summary", b.Summary)
	l.claims("Worth knowing", b.Insights)
	for _, s := range b.Sections {
		l.section(s)
	}
	l.trouble(b.Sources)
	return l.rows
}

type layouter struct {
	view
	links    map[string]string
	verdicts map[string]string
	rows     []row
}

// verdicts are the thumbs given, in the brief and on this screen since.
func verdicts(b minutes.Brief, marks map[string]string) map[string]string {
	out := map[string]string{}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			out[it.ID] = it.Verdict
		}
	}
	for id, v := range marks {
		out[id] = v
	}
	return out
}

func links(b minutes.Brief) map[string]string {
	out := map[string]string{}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			out[it.ID] = it.URL
		}
	}
	return out
}

// text is a word that is not Safe by type made fit for one line of the screen.
func text(s string) string { return minutes.CleanLine(s).String() }

func (l *layouter) line(s string) { l.rows = append(l.rows, row{text: s}) }

func (l *layouter) heading(s string) {
	l.line("")
	l.line(l.theme.heading.Render(s))
}

// text wraps s; the first line carries the key.
func (l *layouter) text(key, item, lead, s string) {
	width := max(l.width-2-ansi.StringWidth(lead), 8)
	indent := strings.Repeat(" ", ansi.StringWidth(lead))
	for i, part := range strings.Split(ansi.Wrap(s, width, "-"), "\n") {
		r := row{text: indent + part}
		if i == 0 {
			r = row{text: lead + part, key: key, item: item, link: l.links[item]}
		}
		l.rows = append(l.rows, r)
	}
}

func (l *layouter) claim(key, lead string, c minutes.Claim) {
	item := ""
	if len(c.Items) > 0 {
		item = c.Items[0]
	}
	s := c.Text.Line().String()
	if m := l.mark(item); m != "  " {
		s += " " + strings.TrimSpace(m)
	}
	l.text(key, item, lead, s)
}

func (l *layouter) claims(title string, claims []minutes.Claim) {
	if len(claims) == 0 {
		return
	}
	l.heading(title)
	for i, c := range claims {
		l.claim(fmt.Sprintf("%s%d", title, i), "• ", c)
	}
}

func (l *layouter) agenda(entries []minutes.AgendaEntry) {
	if len(entries) == 0 {
		return
	}
	l.heading("Today")
	for _, e := range entries {
		when := "all day"
		if !e.AllDay {
			when = l.clock(e.Start) + "–" + l.clock(e.End)
		}
		s := e.Title.Line().String()
		if !e.Location.Empty() {
			s += " · " + place(e.Location)
		}
		if len(e.Conflicts) > 0 {
			s += " " + l.theme.bad.Render("clashes")
		}
		if !e.AllDay && e.Start.Before(l.now) && e.End.After(l.now) {
			s += " " + l.theme.good.Render("now")
		}
		l.text("agenda"+e.Item, e.Item, fmt.Sprintf("%-13s ", when), s)
		if e.Prepare != nil {
			l.text("prepare"+e.Item, first(e.Prepare.Items), strings.Repeat(" ", 14), l.theme.dim.Render(e.Prepare.Text.Line().String()))
		}
	}
}

// place is a location; of a link to join by, its host.
func place(location minutes.Safe) string {
	s := location.Line().String()
	if u, err := url.Parse(minutes.WebURL(s)); err == nil && u.Host != "" {
		host, err := idna.Lookup.ToASCII(u.Hostname())
		if err != nil {
			host = strings.Trim(strconv.QuoteToASCII(u.Hostname()), `"`) // a look-alike shows all the same
		}
		return "online, " + text(host)
	}
	return s
}

func (l *layouter) actions(as []minutes.Action) {
	l.owned(as, "me", "To do")
	l.owned(as, "them", "Waiting for")
}

func (l *layouter) owned(as []minutes.Action, owner, title string) {
	started := false
	for _, a := range as {
		if a.Owner != owner || a.Status != "open" {
			continue
		}
		if !started {
			l.heading(title)
			started = true
		}
		s := a.Text.Line().String()
		if a.Due != nil {
			s += " " + l.due(*a.Due, a.DueAll)
		}
		l.text("action"+a.ID, a.Item, "□ ", s)
	}
}

func (l *layouter) due(t time.Time, allDay bool) string {
	t = t.In(l.now.Location())
	s := "due " + t.Format("Mon 2 Jan")
	if !allDay {
		s += " " + l.clock(t)
	}
	if t.Before(l.now) {
		return l.theme.bad.Render(s + ", overdue")
	}
	if t.Sub(l.now) < 24*time.Hour {
		return l.theme.warn.Render(s)
	}
	return l.theme.dim.Render(s)
}

func (l *layouter) section(s minutes.Section) {
	if len(s.Items) == 0 {
		return
	}
	title := text(s.Kind)
	if title != "" {
		title = strings.ToUpper(title[:1]) + title[1:]
	}
	if s.LeftOut > 0 {
		title += l.theme.dim.Render(fmt.Sprintf("  not today: %d", s.LeftOut))
	}
	l.heading(title)
	for i, it := range s.Items {
		line := l.itemLine(it)
		if i < len(s.Lines) && it.Quote == nil {
			line = s.Lines[i].Text.Line().String()
		}
		l.text("item"+it.ID, it.ID, l.mark(it.ID), line)
	}
}

// mark is the thumb on an item, two cells wide.
func (l *layouter) mark(id string) string {
	switch l.verdicts[id] {
	case "up":
		return l.theme.good.Render("▲ ")
	case "down":
		return l.theme.bad.Render("▼ ")
	}
	return "  "
}

func (l *layouter) itemLine(it minutes.Scored) string {
	s := it.Title.Line().String()
	switch {
	case it.Mail != nil:
		return s + l.theme.dim.Render(" · "+text(it.Mail.From.String()))
	case it.Event != nil && !it.Event.AllDay:
		return it.Event.Start.In(l.now.Location()).Format("Mon ") + l.clock(it.Event.Start) + " " + s
	case it.Story != nil:
		return s + l.theme.dim.Render(fmt.Sprintf(" · %d points, %d comments", it.Story.Points, it.Story.Comments))
	case it.Article != nil:
		return s + l.theme.dim.Render(" · "+it.Article.Feed.Line().String())
	case it.Quote != nil:
		return l.quote(*it.Quote)
	case it.Forecast != nil && !it.Forecast.Advice.Empty():
		return s + " · " + it.Forecast.Advice.Line().String()
	}
	return s
}

func (l *layouter) quote(q minutes.Quote) string {
	style := l.theme.good
	if q.Change < 0 {
		style = l.theme.bad
	}
	return fmt.Sprintf("%-10s %s %s  %s  %s", text(q.Symbol), minutes.Amount(q.Price, q.Decimals), text(q.Currency),
		style.Render(fmt.Sprintf("%+.2f %%", q.ChangePercent)), l.theme.dim.Render(spark(q.Closes, 24)))
}

func (l *layouter) trouble(sources []minutes.SourceStatus) {
	started := false
	for _, s := range minutes.Together(sources) {
		if s.Status != "failed" && s.Status != "partial" && s.Status != "stale" {
			continue
		}
		if !started {
			l.heading("Sources with trouble")
			started = true
		}
		line := text(s.Name) + " " + text(s.Status)
		if !s.Error.Empty() {
			line += ": " + s.Error.Line().String()
		}
		if !s.FetchedAt.IsZero() && s.Status != "partial" {
			line += "; last read " + age(l.now.Sub(s.FetchedAt)) + " ago"
		}
		if !s.Hint.Empty() {
			line += ". Next: " + s.Hint.Line().String()
		}
		l.text("source"+s.Name, "", "! ", l.theme.warn.Render(line))
	}
}

func (l *layouter) clock(t time.Time) string {
	if l.hours == 12 {
		return t.In(l.now.Location()).Format("3:04pm")
	}
	return t.In(l.now.Location()).Format("15:04")
}

// spark draws the last n values as blocks, lowest to highest.
func spark(values []float64, n int) string {
	if len(values) > n {
		values = values[len(values)-n:]
	}
	if len(values) < 2 {
		return ""
	}
	low, high := values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, v := range values {
		i := 0
		if high > low {
			i = int((v - low) / (high - low) * 7.99)
		}
		b.WriteRune(blocks[min(max(i, 0), 7)])
	}
	return b.String()
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

func firstChoice(rows []row) int {
	for i, r := range rows {
		if r.key != "" {
			return i
		}
	}
	return 0
}
