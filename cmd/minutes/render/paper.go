package render

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
	"golang.org/x/net/idna"
)

// paper is text being laid out for people. Every style it writes is closed on the same line.
type paper struct {
	Options
	b strings.Builder
}

// The styles, by what they mean. Without colour the words and marks carry it all.
const (
	bold  = "1"
	dim   = "2"
	good  = "32"
	alarm = "31"
	warn  = "33"
	head  = "1;36"
)

func (p *paper) style(code, s string) string {
	if !p.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p *paper) line(s string) { p.b.WriteString(strings.TrimRight(s, " ") + "\n") }

func (p *paper) blank() {
	if s := p.b.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.b.WriteByte('\n')
	}
}

func (p *paper) heading(s string) {
	p.blank()
	p.line(p.style(head, s))
}

// para wraps s behind lead; the lines after the first are indented as deep. Styles and links that
// cross a line's end are closed before it and opened again after the indentation.
func (p *paper) para(lead, s string) {
	indent := ansi.StringWidth(lead)
	if p.Width > 0 {
		wrap := ansi.Wrap
		if p.Color {
			wrap = lipgloss.Wrap
		}
		s = unglue(wrap(glue(s), max(p.Width-indent, 10), ""))
	}
	for i, l := range strings.Split(s, "\n") {
		if i == 0 {
			p.line(lead + l)
			continue
		}
		p.line(strings.Repeat(" ", indent) + l)
	}
}

// glue keeps a figure and its unit on one line; unglue gives the spaces back.
func glue(s string) string {
	return strings.NewReplacer(" %", "\u00a0%", " °", "\u00a0°").Replace(s)
}

func unglue(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

// link is text that opens where the terminal can; elsewhere the text alone. Only stored http(s)
// links become one.
func (p *paper) link(text, target string) string {
	if !p.Links || !p.Color || minutes.WebURL(target) == "" {
		return text
	}
	return ansi.SetHyperlink(address(target)) + text + ansi.ResetHyperlink()
}

// address is a stored link with everything but plain visible ASCII written as percent, and with what
// would end it in Markdown or a terminal's link: "" if it is none.
func address(link string) string {
	var b strings.Builder
	for i, s := 0, minutes.WebURL(link); i < len(s); i++ {
		if c := s[i]; c > ' ' && c < 0x7f && !strings.ContainsRune("<>\\`\"{}|^", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// Host is the host of a link, in punycode, so that a look-alike shows, also where it is no name that
// could be registered; "" if it is none. It is ASCII.
func Host(link string) string {
	u, err := url.Parse(minutes.WebURL(link))
	if err != nil {
		return ""
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		host, err = idna.Punycode.ToASCII(u.Hostname())
	}
	if err != nil || strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || r > '~' }) {
		host = strings.Trim(strconv.QuoteToASCII(u.Hostname()), `"`)
	}
	return strings.TrimPrefix(host, "www.")
}

// clock is a time of day as the user writes it.
func clock(t time.Time, hours int) string {
	if hours == 12 {
		return t.Format("3:04pm")
	}
	return t.Format("15:04")
}

// span is "10:00–11:00", or "all day".
func span(e minutes.AgendaEntry, zone *time.Location, hours int) string {
	if e.AllDay {
		return "all day"
	}
	return clock(e.Start.In(zone), hours) + "–" + clock(e.End.In(zone), hours)
}

// due says when, as near as a reader needs it.
func due(a minutes.Action, now time.Time, hours int) (text string, over bool) {
	if a.Due == nil {
		return "", false
	}
	t := a.Due.In(now.Location())
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	switch {
	case day(t) == day(now):
		text = "today"
	case day(t) == day(now.AddDate(0, 0, 1)):
		text = "tomorrow"
	case t.After(now) && t.Before(now.AddDate(0, 0, 7)):
		text = t.Format("Monday")
	default:
		text = t.Format("2 January")
	}
	if !a.DueAll {
		text += " " + clock(t, hours)
	}
	over = t.Before(now)
	if a.DueAll {
		over = day(t) < day(now)
	}
	return text, over
}

// ago is an age in its largest unit.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
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
	out := make([]rune, len(values))
	for i, v := range values {
		k := 3
		if high > low {
			k = int((v - low) / (high - low) * 7.99)
		}
		out[i] = blocks[min(max(k, 0), 7)]
	}
	return string(out)
}

// zoneOf is the zone a brief's times are read in.
func zoneOf(b minutes.Brief) *time.Location {
	if z, err := time.LoadLocation(b.Timezone); err == nil && b.Timezone != "" {
		return z
	}
	return b.GeneratedAt.Location()
}
