package extract

import (
	"strings"

	"github.com/dailyminutes/minutes"
)

// familiar calls a person by the first name alone once the whole name has been read: in the order
// of reading, never within quotation marks or an event's title, and only where no other known
// person has that first name.
func (d *desk) familiar(b *minutes.Brief) {
	short := d.shortNames()
	read := map[string]bool{}
	for _, cs := range [][]minutes.Claim{b.TLDR, b.Summary, b.Insights} {
		for i := range cs {
			text := cs[i].Text.String()
			for full, first := range short {
				if !strings.Contains(text, full) || d.inTitle(cs[i], full) {
					continue
				}
				if read[full] {
					text = outside(text, full, first)
				}
			}
			for full := range short {
				if strings.Contains(cs[i].Text.String(), full) && !d.inTitle(cs[i], full) {
					read[full] = true
				}
			}
			cs[i].Text = minutes.CleanLine(text)
		}
	}
}

// shortNames are the first names of the people of this morning's mail, by their whole names.
func (d *desk) shortNames() map[string]string {
	out, owners := map[string]string{}, map[string]string{}
	add := func(full, email string) {
		first := shortName(full, email)
		if first == full || len([]rune(first)) < 3 {
			return
		}
		if o, taken := owners[first]; taken && o != full {
			delete(out, o)
			return
		}
		owners[first], out[full] = full, first
	}
	for _, s := range d.kind(minutes.KindMail) {
		if c := d.classes[s.ID]; c == person {
			add(who(s.Item), s.Mail.From.Email)
		}
	}
	for _, it := range d.sent {
		for _, a := range it.Mail.To {
			add(a.String(), a.Email)
		}
	}
	return out
}

// inTitle says whether a claim speaks of an event whose title or place has the name in it.
func (d *desk) inTitle(c minutes.Claim, full string) bool {
	for _, s := range d.agenda {
		for _, id := range c.Items {
			if id == s.ID && strings.Contains(s.Title.String()+" "+s.Event.Location.String(), full) {
				return true
			}
		}
	}
	return false
}

// outside replaces in text what does not stand in quotation marks.
func outside(text, old, with string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "“")
		out.WriteString(strings.ReplaceAll(before, old, with))
		if !ok {
			return out.String()
		}
		span, after, _ := strings.Cut(rest, "”")
		out.WriteString("“" + span + "”")
		text = after
	}
}
