package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/dailyminutes/minutes"
)

// Claim writes one sentence of an answer with the numbers of what it rests on: "… [1][3]". numbers
// gives an item its number.
func Claim(w io.Writer, c minutes.Claim, numbers func(id string) int, o Options) error {
	return write(w, o, func(p *paper) {
		cites := ""
		for _, id := range c.Items {
			cites += fmt.Sprintf("[%d]", numbers(id))
		}
		p.para("", c.Text.Line().String()+" "+p.style(dim, cites))
	})
}

// Cited writes the list of what an answer rests on, numbered from 1.
func Cited(w io.Writer, items []minutes.Item, o Options) error {
	return write(w, o, func(p *paper) {
		p.blank()
		for i, it := range items {
			behind := p.style(dim, fmt.Sprintf("  %s %s", text(it.Source), when(it, o)))
			p.row(i+1, fmt.Sprintf("%-8s", text(string(it.Kind))), p.link(it.Title.Line().String(), it.URL), behind)
		}
	})
}

// Abstained writes that there is no answer, and what was looked for.
func Abstained(w io.Writer, r minutes.Reply, o Options) error {
	return write(w, o, func(p *paper) {
		if len(r.LookedFor) == 0 {
			p.para("", "Nothing that is kept answers this.")
			return
		}
		words := make([]string, len(r.LookedFor))
		for i, l := range r.LookedFor {
			words[i] = l.Line().String()
		}
		p.para("", "Nothing that is kept answers this. Looked for: "+strings.Join(words, ", ")+".")
	})
}

// Step writes one turn of the loop: the thought, and each call with what came of it.
func Step(w io.Writer, s minutes.Step, o Options) error {
	return write(w, o, func(p *paper) {
		p.para(fmt.Sprintf("%2d  ", s.Step), p.style(dim, s.Thought.Line().String()))
		for _, a := range s.Actions {
			came := fmt.Sprintf("%d found, %d ms", a.Items, a.MS)
			if !a.Error.Empty() {
				came = a.Error.Line().String()
			}
			p.para("    ", text(a.Tool)+" "+a.Args.Line().Cut(120).String()+p.style(dim, "  "+came))
		}
	})
}

// Answer writes a whole reply as minutes.answer/v1.
func Answer(w io.Writer, r minutes.Reply) error { return JSON(w, r) }
