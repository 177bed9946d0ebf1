package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// write lays out with f and writes the result in one piece.
func write(w io.Writer, o Options, f func(p *paper)) error {
	p := &paper{Options: o}
	f(p)
	_, err := io.WriteString(w, p.b.String())
	return err
}

// row is one numbered line: what is in front, the title, what is behind, cut to the width.
func (p *paper) row(n int, front, title, behind string) {
	lead := fmt.Sprintf("%3d  %s  ", n, front)
	if p.Width > 0 {
		room := p.Width - ansi.StringWidth(lead) - ansi.StringWidth(behind)
		title = ansi.Truncate(title, max(room, 16), "…")
	}
	p.line(lead + title + behind)
}

// Items writes ranked items, one line each, numbered as they will be resolved.
func Items(w io.Writer, items []minutes.Scored, o Options) error {
	return write(w, o, func(p *paper) {
		for i, s := range items {
			behind := p.style(dim, fmt.Sprintf("  %s %s", text(s.Source), when(s.Item, o)))
			p.row(i+1, fmt.Sprintf("%.2f %-8s", s.Score, text(string(s.Kind))), p.mark(s)+p.link(s.Title.Line().String(), s.URL), behind)
		}
	})
}

// Hits writes what a search found, with the words around.
func Hits(w io.Writer, hits []minutes.Hit, o Options) error {
	return write(w, o, func(p *paper) {
		for i, h := range hits {
			p.row(i+1, fmt.Sprintf("%-8s", text(string(h.Kind))), p.link(h.Title.Line().String(), h.URL), p.style(dim, "  "+text(h.Source)+" "+when(h.Item, o)))
			if !h.Snippet.Empty() {
				p.para("     ", p.style(dim, h.Snippet.Line().Cut(160).String()))
			}
		}
	})
}

// when is the day and time of an item, short.
func when(it minutes.Item, o Options) string {
	t := it.At
	if !o.Now.IsZero() {
		t = t.In(o.Now.Location())
	}
	if it.Event != nil && it.Event.AllDay {
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan ") + clock(t, o.Hours)
}

// Item writes one item in full: its facts, its text, and the mails around it.
func Item(w io.Writer, it minutes.Item, thread []minutes.Item, o Options) error {
	return write(w, o, func(p *paper) {
		if !o.Now.IsZero() {
			it = it.In(o.Now.Location())
		}
		p.para("", p.style(bold, it.Title.Line().String()))
		for l := range strings.Lines(it.Facts().String()) {
			p.line(p.style(dim, text(l)))
		}
		if it.Quote != nil && p.Color { // blocks say nothing to a screen reader
			p.line(spark(it.Quote.Closes, min(60, max(p.Width, 20))))
		}
		if l := minutes.WebURL(it.URL); l != "" {
			p.line(p.style(dim, "link: ") + p.link(p.style(dim, l), l) + p.style(dim, " ("+Host(l)+")"))
		}
		p.line(p.style(dim, "id: "+text(it.ID)+" from "+text(it.Source)))
		if len(thread) > 1 {
			p.thread(it, thread)
			return
		}
		p.body(it)
	})
}

func (p *paper) body(it minutes.Item) {
	text := it.Body
	if text.Empty() {
		text = it.Excerpt
	}
	if text.Empty() {
		return
	}
	p.blank()
	for l := range strings.SplitSeq(strings.TrimSpace(text.String()), "\n") {
		p.para("", strings.ReplaceAll(l, "\t", "    ")) // how wide a tab is, nobody knows
	}
}

// thread writes a conversation oldest first, the item itself marked.
func (p *paper) thread(it minutes.Item, thread []minutes.Item) {
	for _, m := range thread {
		p.blank()
		mark := "  "
		if m.ID == it.ID {
			mark = "▶ "
		}
		at := m.At
		if !p.Now.IsZero() {
			at = at.In(p.Now.Location())
		}
		from := m.Author
		if m.Mail != nil {
			from = minutes.Clean(m.Mail.From.String())
		}
		p.line(mark + p.style(bold, from.Line().String()) + p.style(dim, " "+at.Format("Mon 2 Jan ")+clock(at, p.Hours)))
		p.body(m)
	}
}

// WhyText writes the parts of a score and the judgements behind each.
func WhyText(w io.Writer, s minutes.Scored, log []minutes.Judgement, o Options) error {
	byID := map[int64]minutes.Judgement{}
	for _, j := range log {
		byID[j.ID] = j
	}
	return write(w, o, func(p *paper) {
		p.para("", p.style(bold, s.Title.Line().String()))
		for _, part := range s.Why {
			code := good
			if part.Delta < 0 {
				code = alarm
			}
			p.para("  "+p.style(code, fmt.Sprintf("%+.3f", part.Delta))+"  ", part.Label.Line().String())
			for _, id := range part.Judgements {
				if j, ok := byID[id]; ok {
					p.para("            ", p.style(dim, fmt.Sprintf("%s on %s: %s", text(j.Verb), j.At.Format("2 Jan"), j.Title.Line().Cut(60))))
				}
			}
		}
		p.line("  " + p.style(bold, fmt.Sprintf("%6.3f", s.Score)) + "  of 1")
	})
}

// Judgements writes the log, newest first.
func Judgements(w io.Writer, log []minutes.Judgement, o Options) error {
	return write(w, o, func(p *paper) {
		for i := len(log) - 1; i >= 0; i-- {
			j := log[i]
			what := j.Title.Line().Cut(70).String()
			if what == "" {
				what = minutes.CleanLine(j.Term).String()
			}
			at := j.At
			if !o.Now.IsZero() {
				at = at.In(o.Now.Location())
			}
			p.line(fmt.Sprintf("%s  %-7s %s", at.Format("2006-01-02 15:04"), text(j.Verb), what))
		}
	})
}

// Actions writes open loops, mine first, numbered. It needs Options.Now.
func Actions(w io.Writer, as []minutes.Action, o Options) error {
	return write(w, o, func(p *paper) {
		for _, owner := range []struct{ who, title string }{{"me", "I owe"}, {"them", "I wait for"}} {
			started := false
			for i, a := range as {
				if a.Owner != owner.who {
					continue
				}
				if !started {
					p.heading(owner.title)
					started = true
				}
				s := a.Text.Line().String()
				if when, over := due(a, o.Now, p.Hours); over {
					s += p.style(alarm, " ["+when+", overdue]")
				} else if when != "" {
					s += p.style(warn, " ["+when+"]")
				}
				if a.AgeDays > 1 {
					s += p.style(dim, fmt.Sprintf(" (%d days old)", a.AgeDays))
				}
				p.para(fmt.Sprintf("%3d  ", i+1), s)
			}
		}
	})
}

// Sources writes how each source did, and what to do where one did not.
func Sources(w io.Writer, st []minutes.SourceStatus, o Options) error {
	return write(w, o, func(p *paper) {
		told := map[string]bool{}
		for _, s := range st {
			code := map[string]string{"ok": good, "failed": alarm, "partial": warn, "stale": warn}[s.Status]
			fresh := "never"
			if !s.FetchedAt.IsZero() && !o.Now.IsZero() {
				fresh = ago(o.Now.Sub(s.FetchedAt))
			}
			if !s.FailedAt.IsZero() && !o.Now.IsZero() {
				fresh += ", failing since " + s.FailedAt.In(o.Now.Location()).Format("Monday 2 January ") + clock(s.FailedAt.In(o.Now.Location()), o.Hours)
			}
			rejected := untold(s)
			if n := len(rejected); n > 0 {
				fresh += fmt.Sprintf(", %d left out", n)
			}
			p.line(fmt.Sprintf("%-16s %-11s %s  %s", text(s.Name), text(s.Kind), p.style(code, fmt.Sprintf("%-8s", text(s.Status))), p.style(dim, fmt.Sprintf("%d items, read %s", s.Items, fresh))))
			if what := s.Error.String() + "\n" + s.Hint.String(); told[what] && !s.Error.Empty() {
				p.line("    the same")
			} else {
				told[what] = true
				p.wrong(s)
			}
			if s.RetryAt.After(o.Now) && !o.Now.IsZero() {
				p.line(fmt.Sprintf("    left alone until %s, after %d failures in a row", clock(s.RetryAt.In(o.Now.Location()), o.Hours), s.Failures))
				p.line("    to ask it now: minutes preload --only " + text(s.Name))
			}
			p.leftOut(rejected)
		}
	})
}

// wrong writes what a source ran into and what to do.
func (p *paper) wrong(s minutes.SourceStatus) {
	if !s.Error.Empty() {
		p.para("    ", s.Error.Line().String())
	}
	if !s.Hint.Empty() {
		p.para("    next: ", s.Hint.Line().String())
	}
}

// untold is what was left out beside what the source's error says already: a feed that failed is both.
func untold(s minutes.SourceStatus) []minutes.Rejection {
	var out []minutes.Rejection
	for _, r := range s.Rejected {
		if !strings.Contains(s.Error.String(), r.Reason.String()) {
			out = append(out, r)
		}
	}
	return out
}

// fewLeftOut is how many entries that could not be read are told one by one; all are in the JSON.
const fewLeftOut = 3

// leftOut writes what of a source could not be read, why, and what to do: the first of them, which are
// the newest where the source has an order. What is to be done is said once where it is the same.
func (p *paper) leftOut(rejected []minutes.Rejection) {
	few := rejected[:min(len(rejected), fewLeftOut)]
	for i, r := range few {
		p.para("    left out: ", r.Item.Line().String()+": "+r.Reason.Line().String())
		if i+1 == len(few) || few[i+1].Next != r.Next {
			p.para("      next: ", r.Next.Line().String())
		}
	}
	if n := len(rejected) - len(few); n > 0 {
		p.line(fmt.Sprintf("    and %d more: minutes sources --json lists them", n))
	}
}
