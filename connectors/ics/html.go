package ics

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/dailyminutes/minutes"
)

// looksLikeHTML says whether a description that should be text is HTML: it has a tag that is
// opened for a reason, not merely a "<" or an address in angle brackets.
func looksLikeHTML(s string) bool {
	for i := 0; ; {
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			return false
		}
		i += j + 1
		name := strings.TrimPrefix(s[i:min(i+12, len(s))], "/")
		if k := strings.IndexAny(name, "> /\n"); k > 0 {
			switch strings.ToLower(name[:k]) {
			case "a", "b", "br", "p", "div", "span", "ul", "ol", "li", "html", "body", "i", "u", "em", "strong", "table", "html-blob", "h1", "h2", "h3":
				return true
			}
		}
	}
}

// plainText is the text of HTML: what a reader sees, with links' addresses in parentheses. It reads
// tokens, not a tree, so nesting costs nothing.
func plainText(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(1 << 20)
	var t text
	for {
		switch z.Next() {
		case html.ErrorToken:
			return t.done()
		case html.TextToken:
			if t.hidden == 0 {
				t.words(string(z.Text()))
			}
		case html.StartTagToken:
			t.start(z, false)
		case html.SelfClosingTagToken:
			t.start(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			t.end(atom.Lookup(name))
		}
	}
}

// A text is put together from tokens.
type text struct {
	b      strings.Builder
	hidden int // depth within what is not shown
	href   string
	from   int // where the link's words begin
	space  bool
}

func (t *text) start(z *html.Tokenizer, closed bool) {
	name, more := z.TagName()
	a := atom.Lookup(name)
	href := ""
	for more {
		var k, v []byte
		if k, v, more = z.TagAttr(); string(k) == "href" {
			href = string(v)
		}
	}
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template:
		if !closed {
			t.hidden++
		}
	case atom.Br:
		t.line(1)
	case atom.P, atom.Table, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.Blockquote, atom.Hr:
		t.line(2)
	case atom.Div, atom.Tr:
		t.line(1)
	case atom.Li:
		t.line(1)
		t.b.WriteString("- ")
	case atom.Td, atom.Th:
		t.space = true
	case atom.A:
		if t.hidden == 0 {
			t.href, t.from = minutes.WebURL(href), t.b.Len()
		}
	}
}

func (t *text) end(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template:
		t.hidden = max(t.hidden-1, 0)
	case atom.P, atom.Table, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.Blockquote:
		t.line(2)
	case atom.Div, atom.Tr, atom.Li:
		t.line(1)
	case atom.A:
		if words := strings.TrimSpace(t.b.String()[min(t.from, t.b.Len()):]); t.href != "" && words != "" && words != t.href {
			t.b.WriteString(" (" + t.href + ")")
		}
		t.href = ""
	}
}

// words adds text, its white space collapsed.
func (t *text) words(s string) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		t.space = t.space || s != ""
		return
	}
	if t.space || strings.TrimLeft(s[:1], " \t\r\n") == "" {
		t.gap()
	}
	t.b.WriteString(strings.Join(fields, " "))
	t.space = strings.TrimRight(s[len(s)-1:], " \t\r\n") == ""
}

func (t *text) gap() {
	if s := t.b.String(); s != "" && s[len(s)-1] != '\n' && s[len(s)-1] != ' ' {
		t.b.WriteByte(' ')
	}
}

// line begins a new line, after n line ends.
func (t *text) line(n int) {
	t.space = false
	s := t.b.String()
	for i := len(s); i > 0 && n > 0 && s[i-1] == '\n'; i-- {
		n--
	}
	if s != "" && t.hidden == 0 {
		t.b.WriteString(strings.Repeat("\n", n))
	}
}

func (t *text) done() string { return strings.TrimSpace(t.b.String()) }

// excerpt is the beginning of a description without the block that conference programs append to
// it: how to join is in Event.Call.
func excerpt(body minutes.Safe) minutes.Safe {
	var kept []string
	for _, l := range strings.Split(body.String(), "\n") {
		l = strings.TrimSpace(l)
		if boilerplate(l) {
			break
		}
		if l != "" || len(kept) > 0 && kept[len(kept)-1] != "" {
			kept = append(kept, l)
		}
	}
	return minutes.Clean(strings.TrimSpace(strings.Join(kept, "\n"))).Cut(maxExcerpt)
}

// boilerplate says whether a line begins what a conference program wrote.
func boilerplate(l string) bool {
	low := strings.ToLower(l)
	for _, p := range []string{"________", "-::~", "──────", "................", "~==============", "join zoom meeting", "join with google meet",
		"microsoft teams meeting", "microsoft teams need help", "join microsoft teams", "join on your computer",
		"do not edit this section", "bitte diesen abschnitt der beschreibung nicht bearbeiten"} {
		if strings.HasPrefix(low, p) {
			return true
		}
	}
	return strings.Contains(low, " is inviting you to a scheduled zoom meeting")
}
