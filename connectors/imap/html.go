package imap

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxText bounds what one HTML part may become: twice the body that is kept, since quotes go.
const maxText = 64 << 10

// maxOpen bounds the elements open at once: deeper ones count as their parent.
const maxOpen = 400

// quoteMark is a line that htmlText puts where a mail program began to quote the mail answered. No
// text has it: Clean drops control characters.
const quoteMark = "\x01quote\x01"

// htmlText renders HTML as a reader would see it: blocks on lines of their own, lists with dashes,
// quotes with ">". Text that a reader would not see (hidden, tiny, transparent, off the page, in the
// colour of its ground) is dropped, since it is written for machines; so are pictures, styles and
// scripts. Nothing is fetched. It reads tokens, not a tree: deep nesting costs nothing.
func htmlText(src string) string {
	t := &renderer{sheet: hiddenRules(src)}
	t.open = append(t.open, element{look: look{size: 16, ground: white, ink: black}})
	z := html.NewTokenizer(strings.NewReader(src))
	z.SetMaxBuf(maxHTML)
	for t.out.Len() < maxText {
		switch z.Next() {
		case html.ErrorToken:
			return t.out.String()
		case html.TextToken:
			if !t.top().hidden() {
				t.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			t.end(atom.Lookup(name))
		}
	}
	return t.out.String()
}

// An element is open, with how its text looks. Names unknown to HTML have tag 0.
type element struct {
	tag  atom.Atom
	look look
	link string // of an a: its href
	from int    // of an a: where its text began
}

func (e *element) hidden() bool { return e.look.gone || e.look.invisible() }

type renderer struct {
	out    strings.Builder
	open   []element
	sheet  sheet
	breaks int  // line breaks owed before the next word
	space  bool // a space owed
	pre    int
	quote  int
	marked bool // the quote mark was written
}

func (t *renderer) top() *element { return &t.open[len(t.open)-1] }

func (t *renderer) start(z *html.Tokenizer) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	a := attributes{}
	for n := 0; more && n < 50; n++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		a.set(k, v)
	}
	t.implied(tag)
	e := element{tag: tag, look: t.top().look.child(tag, a, t.sheet), from: -1}
	if e.hidden() {
		e.look.gone = e.look.gone || tag == atom.Img
	} else {
		t.begin(tag, a, &e)
	}
	if void(tag) || len(t.open) >= maxOpen {
		return
	}
	t.open = append(t.open, e)
}

// begin writes what an element means before its text.
func (t *renderer) begin(tag atom.Atom, a attributes, e *element) {
	switch {
	case tag == atom.Br:
		if t.pre > 0 {
			t.newline(1)
		} else {
			t.breaks++
			t.breaks = min(t.breaks, 2)
		}
	case tag == atom.Li:
		t.newline(1)
		t.text("- ")
	case tag == atom.Td || tag == atom.Th:
		t.space = true
	case tag == atom.Pre:
		t.newline(2)
		t.pre++
	case tag == atom.A:
		e.link, e.from = a.href, t.out.Len()
	case quoting(tag, a):
		if t.newline(2); !t.marked {
			t.marked = true
			t.text(quoteMark)
			t.newline(1)
		}
	}
	switch {
	case tag == atom.Blockquote && (strings.EqualFold(a.typ, "cite") || strings.Contains(a.class, "gmail_quote")):
		t.newline(1)
		t.quote = min(t.quote+1, 8)
	case paragraph(tag):
		t.newline(2)
	case block(tag) && tag != atom.Li:
		t.newline(1)
	}
}

// quoting says that a mail program marks the answered mail with this element.
func quoting(tag atom.Atom, a attributes) bool {
	switch {
	case a.id == "divrplyfwdmsg", a.id == "appendonsend", a.id == "mail-editor-reference-message-container",
		a.id == "replysplit", strings.HasPrefix(a.id, "yahoo_quoted"):
		return true
	case tag == atom.Div && (hasClass(a.class, "gmail_quote") || hasClass(a.class, "gmail_quote_container") ||
		hasClass(a.class, "yahoo_quoted") || hasClass(a.class, "moz-cite-prefix") || hasClass(a.class, "protonmail_quote") ||
		hasClass(a.class, "tutanota_quote") || hasClass(a.class, "zmail_extra")):
		return true
	}
	return false
}

func hasClass(classes, want string) bool {
	for c := range strings.FieldsSeq(classes) {
		if c == want {
			return true
		}
	}
	return false
}

// implied closes what HTML closes by itself: a new cell ends the one before.
func (t *renderer) implied(tag atom.Atom) {
	cur := t.top().tag
	switch tag {
	case atom.P, atom.Li, atom.Td, atom.Th, atom.Tr, atom.Option, atom.Dt, atom.Dd:
		if cur == tag || cur == atom.P && tag != atom.P {
			t.end(cur)
		}
	case atom.Div, atom.Table, atom.Ul, atom.Ol, atom.H1, atom.H2, atom.H3, atom.H4, atom.Blockquote, atom.Pre:
		if cur == atom.P {
			t.end(cur)
		}
	case atom.Body:
		for len(t.open) > 1 && (t.top().tag == atom.Head || t.top().tag == atom.Title || t.top().tag == atom.Style) {
			t.end(t.top().tag)
		}
	}
}

// end closes the innermost element of that name and all inside it; without one it does nothing.
func (t *renderer) end(tag atom.Atom) {
	if tag == 0 && t.top().tag != 0 {
		return
	}
	i := len(t.open) - 1
	for i > 0 && t.open[i].tag != tag {
		i--
	}
	if i == 0 {
		return
	}
	for k := len(t.open) - 1; k >= i; k-- {
		t.finish(&t.open[k])
	}
	t.open = t.open[:i]
}

func (t *renderer) finish(e *element) {
	if e.hidden() {
		return
	}
	switch {
	case e.tag == atom.A:
		t.linkHost(e)
	case e.tag == atom.Pre:
		t.pre = max(0, t.pre-1)
		t.newline(2)
	case e.tag == atom.Blockquote:
		t.newline(1)
		t.quote = max(0, t.quote-1)
		t.newline(2)
	case paragraph(e.tag):
		t.newline(2)
	case block(e.tag):
		t.newline(1)
	}
}

// linkHost shows where a link really goes when its text names another place: "mybank.example" that
// leads elsewhere. Other links are their text.
func (t *renderer) linkHost(e *element) {
	if e.link == "" || e.from < 0 || e.from > t.out.Len() {
		return
	}
	shown := t.out.String()[e.from:]
	if len(shown) > 200 || !strings.Contains(shown, ".") {
		return
	}
	shown = strings.ToLower(strings.TrimSpace(shown))
	u, err := url.Parse(strings.TrimSpace(e.link))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || shown == "" || strings.ContainsAny(shown, " \n") {
		return
	}
	link := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	shown = strings.TrimPrefix(strings.TrimPrefix(shown, "https://"), "http://")
	host, _, _ := strings.Cut(shown, "/")
	host = strings.TrimPrefix(host, "www.")
	if host != link && !strings.HasSuffix(link, "."+host) && !strings.Contains(host, "@") {
		t.text(" (" + link + ")")
	}
}

func (t *renderer) newline(n int) { t.breaks = max(t.breaks, n) }

// text writes words, with the breaks, quotes and spaces owed before them.
func (t *renderer) text(s string) {
	if t.pre > 0 {
		t.preformatted(html.UnescapeString(s))
		return
	}
	s = html.UnescapeString(s)
	for s != "" {
		n := 0
		for n < len(s) && !isSpace(s[n]) && s[n] != 0xc2 { // 0xc2 begins a no-break space
			n++
		}
		if n > 0 && n < len(s) && s[n] == 0xc2 && !strings.HasPrefix(s[n:], "\u00a0") || n == 0 && s[0] == 0xc2 && !strings.HasPrefix(s, "\u00a0") {
			n++ // another character that begins so
		}
		if n > 0 {
			t.owed()
			t.out.WriteString(s[:n])
			s = s[n:]
			continue
		}
		t.space = true
		if s[0] == 0xc2 {
			s = s[1:]
		}
		s = s[1:]
	}
}

func (t *renderer) owed() {
	if t.breaks > 0 {
		if t.out.Len() > 0 {
			for i := range t.breaks {
				t.out.WriteByte('\n')
				if t.quote > 0 && i < t.breaks-1 {
					t.out.WriteString(strings.Repeat(">", t.quote))
				}
			}
		}
		if t.quote > 0 {
			t.out.WriteString(strings.Repeat(">", t.quote) + " ")
		}
	} else if t.space && t.out.Len() > 0 {
		t.out.WriteByte(' ')
	}
	t.breaks, t.space = 0, false
}

func (t *renderer) preformatted(s string) {
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			t.breaks = min(t.breaks+1, 2)
		}
		if strings.TrimSpace(line) != "" {
			t.owed()
			t.out.WriteString(strings.TrimRight(line, " \t"))
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func void(tag atom.Atom) bool {
	switch tag {
	case atom.Br, atom.Img, atom.Hr, atom.Meta, atom.Link, atom.Input, atom.Col, atom.Base, atom.Area, atom.Wbr,
		atom.Source, atom.Embed, atom.Track, atom.Param:
		return true
	}
	return false
}

func paragraph(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Hr, atom.Ul, atom.Ol, atom.Table:
		return true
	}
	return false
}

func block(tag atom.Atom) bool {
	switch tag {
	case atom.Div, atom.Tr, atom.Li, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Address,
		atom.Blockquote, atom.Dl, atom.Dt, atom.Dd, atom.Form, atom.Main, atom.Nav, atom.Tbody, atom.Thead, atom.Body:
		return true
	}
	return false
}
