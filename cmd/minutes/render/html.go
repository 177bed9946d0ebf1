package render

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// HTML writes a brief as one page that loads nothing: no script, no image, no font, and a policy
// that says so. html/template is left out on purpose: linking text/template turns off the linker's
// removal of unused methods for the whole program; every value goes through esc instead.
func HTML(w io.Writer, b minutes.Brief, o Options) error {
	h := &page{zone: zoneOf(b), now: o.Now, hours: o.Hours, links: map[string]string{}}
	for _, s := range b.Sections {
		for _, it := range s.Items {
			h.links[it.ID] = minutes.WebURL(it.URL)
		}
	}
	h.brief(b)
	_, err := io.WriteString(w, h.b.String())
	return err
}

const pageHead = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fdfdfb}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0 .4rem;color:#0b5a7a}
ol,ul{padding-left:1.3rem;margin:.2rem 0}li{margin:.2rem 0}small,.dim{color:#6a6a6a}.alarm{color:#a3001b}
time{font-variant-numeric:tabular-nums;display:inline-block;min-width:7em}
a{color:inherit}a,small,.dim{unicode-bidi:isolate}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}h2{color:#87d7ff}small,.dim{color:#9a9a9a}.alarm{color:#ff8787}}
</style></head><body>
`

type page struct {
	b     strings.Builder
	zone  *time.Location
	now   time.Time
	hours int
	links map[string]string
}

func esc(s minutes.Safe) string { return html.EscapeString(s.Line().String()) }

func (h *page) f(format string, args ...any) { fmt.Fprintf(&h.b, format, args...) }

// anchor is text that leads to link, if that is a stored web address, with its host in sight.
func anchor(text, link string) string {
	if link = minutes.WebURL(link); link == "" {
		return text
	}
	return fmt.Sprintf(`<a href="%s" rel="noreferrer noopener">%s</a> <small>%s</small>`, html.EscapeString(address(link)), text, html.EscapeString(Host(link)))
}

func (h *page) claim(c minutes.Claim) string {
	for _, id := range c.Items {
		if h.links[id] != "" {
			return anchor(esc(c.Text), h.links[id])
		}
	}
	return esc(c.Text)
}

func (h *page) brief(b minutes.Brief) {
	now := b.GeneratedAt.In(h.zone)
	day, err := time.Parse(time.DateOnly, b.Day)
	if err != nil {
		day = now
	}
	title := day.Format("Monday 2 January 2006")
	h.f(pageHead, title)
	h.f("<h1>%s</h1>\n", title)
	if s := expired(b, now, h.now, h.hours); s != "" {
		h.f("<p><small>%s</small></p>\n", html.EscapeString(s))
	}
	h.list("ol", b.TLDR)
	if len(b.Agenda) > 0 {
		h.f("<h2>Today</h2><ul>\n")
		for _, e := range b.Agenda {
			h.agenda(e)
		}
		h.f("</ul>\n")
	}
	h.owed(b.Actions, "me", "To do", now)
	h.owed(b.Actions, "them", "Waiting for", now)
	h.claims("Summary", b.Summary)
	h.claims("Worth knowing", b.Insights)
	for _, s := range b.Sections {
		h.section(s)
	}
	if s := since(b.Changes); s != "" {
		h.f("<h2>Since the last brief</h2><p>%s</p>\n", s)
	}
	h.trouble(b.Sources, now)
	h.f("<p><small>%s</small></p>\n</body></html>\n", html.EscapeString(footnote(b)))
}

func (h *page) list(tag string, claims []minutes.Claim) {
	h.f("<%s>\n", tag)
	for _, c := range claims {
		h.f("<li>%s</li>\n", h.claim(c))
	}
	h.f("</%s>\n", tag)
}

func (h *page) claims(title string, claims []minutes.Claim) {
	if len(claims) > 0 {
		h.f("<h2>%s</h2>", title)
		h.list("ul", claims)
	}
}

func (h *page) agenda(e minutes.AgendaEntry) {
	h.f("<li><time>%s</time> %s", span(e, h.zone, h.hours), esc(e.Title))
	if !e.Location.Empty() {
		h.f(` <span class="dim">%s</span>`, html.EscapeString(place(e.Location)))
	}
	if len(e.Conflicts) > 0 {
		h.f(` <strong class="alarm">clashes</strong>`)
	}
	if e.Prepare != nil {
		h.f("<br><small>%s</small>", h.claim(*e.Prepare))
	}
	h.f("</li>\n")
}

func (h *page) owed(as []minutes.Action, owner, title string, now time.Time) {
	started := false
	for _, a := range as {
		if a.Owner != owner || a.Status != "open" {
			continue
		}
		if !started {
			h.f("<h2>%s</h2><ul>\n", title)
			started = true
		}
		h.f("<li>%s", esc(a.Text))
		if when, over := due(a, now, h.hours); over {
			h.f(` <strong class="alarm">%s, overdue</strong>`, when)
		} else if when != "" {
			h.f(` <strong>%s</strong>`, when)
		}
		h.f("</li>\n")
	}
	if started {
		h.f("</ul>\n")
	}
}

func (h *page) section(s minutes.Section) {
	if len(s.Items) == 0 && s.LeftOut == 0 {
		return
	}
	h.f("<h2>%s</h2><ul>\n", html.EscapeString(title(s.Kind)))
	for i, it := range s.Items {
		line := it.Title
		if i < len(s.Lines) {
			line = s.Lines[i].Text
		}
		h.f("<li>%s</li>\n", anchor(esc(line), it.URL))
	}
	h.f("</ul>\n")
	if s.LeftOut > 0 {
		why := esc(s.Why)
		if why != "" {
			why = ": " + why
		}
		h.f(`<p><small>Not today (%d)%s</small></p>`+"\n", s.LeftOut, why)
	}
}

func (h *page) trouble(sources []minutes.SourceStatus, now time.Time) {
	started := false
	for _, s := range minutes.Together(sources) {
		if !troubled(s) {
			continue
		}
		if !started {
			h.f("<h2>Sources with trouble</h2><ul>\n")
			started = true
		}
		h.f("<li>%s</li>\n", html.EscapeString(troubleText(s, now)))
	}
	if started {
		h.f("</ul>\n")
	}
}
