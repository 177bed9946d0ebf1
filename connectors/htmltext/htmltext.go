// Package htmltext reads HTML as a person sees it: the words, without what the page hides from
// them. It fetches nothing and keeps no address but one that a link's text was cut from.
package htmltext

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxDepth  = 512     // open elements kept; deeper ones are read but not remembered
	maxTokens = 400_000 // tags, texts and comments of one document: 200,000 elements
)

// Text is the visible text of s, which need be neither whole nor well-formed. Blocks start new
// lines, paragraphs are parted by an empty one, list entries begin with "- " or their number.
// Hidden text, scripts, styles, images and comments are left out. max cuts the result at about so
// many bytes, and the work with it; 0 means all. The result is not yet minutes.Safe.
func Text(s string, max int) string {
	if !strings.ContainsAny(s, "<&\r\n\t") && !strings.Contains(s, "  ") {
		return cut(strings.TrimSpace(s), max)
	}
	w := writer{max: max, out: make([]byte, 0, room(len(s), max))}
	z := html.NewTokenizer(strings.NewReader(s))
	for range maxTokens {
		switch z.Next() {
		case html.ErrorToken:
			return w.String()
		case html.TextToken:
			w.text(z.Text())
		case html.StartTagToken:
			w.start(z, false)
		case html.SelfClosingTagToken:
			w.start(z, true)
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name), string(name))
		}
		if w.full() {
			break
		}
	}
	return w.String()
}

// room is what a text of n bytes may need; more is found when it does.
func room(n, max int) int {
	if max > 0 && n > max {
		return max
	}
	return n
}

// open is an element whose end has not come.
type open struct {
	tag    atom.Atom
	name   string // where tag is 0
	hidden bool
	href   string // of a link, with where its text begins
	from   int
	number int // of the next entry of an ordered list
}

// writer holds what was read so far: the text, and the open elements above it.
type writer struct {
	out    []byte
	max    int
	breaks int  // line breaks owed before the next word
	space  bool // a space owed
	stack  []open
	hidden int // how many of stack are hidden
	pre    int
	lists  int
	tail   int // length of what was written last: where it ends with a bullet no break may come
}

func (w *writer) full() bool { return w.max > 0 && len(w.out) >= w.max }

func (w *writer) String() string { return cut(strings.TrimRight(string(w.out), " \n"), w.max) }

// text writes words; white space collapses as in a browser, unless in pre.
func (w *writer) text(b []byte) {
	if w.hidden > 0 {
		return
	}
	if w.pre > 0 {
		w.preformatted(string(b))
		return
	}
	for {
		i := 0
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		w.space = w.space || i > 0
		if b = b[i:]; len(b) == 0 {
			return
		}
		n := even(b)
		w.word(b[:n])
		b = b[n:]
	}
}

// even is how much of b is words with one space between them, which can be copied as they are.
func even(b []byte) int {
	for i, c := range b {
		if c > ' ' || !isSpace(c) || c == ' ' && i+1 < len(b) && !isSpace(b[i+1]) {
			continue
		}
		return i
	}
	return len(b)
}

func (w *writer) preformatted(s string) {
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			w.owe(w.breaks + 1)
		}
		if strings.TrimSpace(line) != "" {
			w.pay()
			w.out = append(w.out, strings.TrimRight(line, " \t\r")...)
			w.tail = len(w.out)
		}
	}
}

func (w *writer) word(b []byte) {
	w.pay()
	w.out = append(w.out, b...)
	w.tail = len(w.out)
}

// pay writes the breaks or the space that stand before the next word.
func (w *writer) pay() {
	switch {
	case len(w.out) == 0:
	case w.breaks > 0 && w.tail == len(w.out):
		w.out = append(w.out, "\n\n"[:min(w.breaks, 2)]...)
	case w.space && w.breaks == 0 && w.tail == len(w.out):
		w.out = append(w.out, ' ')
	}
	w.breaks, w.space = 0, false
}

func (w *writer) owe(n int) { w.breaks, w.space = max(w.breaks, n), false }

func (w *writer) start(z *html.Tokenizer, selfClosing bool) {
	raw, attrs := z.TagName()
	tag, name := atom.Lookup(raw), ""
	if tag == 0 {
		name = string(raw)
	}
	el := open{tag: tag, name: name, hidden: dropped(tag)}
	for attrs {
		var k, v []byte
		k, v, attrs = z.TagAttr()
		switch string(k) {
		case "hidden":
			el.hidden = el.hidden || !strings.EqualFold(string(v), "until-found")
		case "style":
			el.hidden = el.hidden || hides(string(v))
		case "href":
			if tag == atom.A {
				el.href = string(v)
			}
		case "start":
			if n, err := strconv.Atoi(string(v)); err == nil && tag == atom.Ol {
				el.number = max(n-1, 0)
			}
		}
	}
	w.implied(tag)
	if w.hidden == 0 && !el.hidden {
		w.begin(tag)
	}
	if void(tag) || selfClosing && name != "" {
		return
	}
	if len(w.stack) >= maxDepth {
		return
	}
	el.from = len(w.out)
	w.stack = append(w.stack, el)
	w.count(el, 1)
}

// begin writes what the start of a visible element means.
func (w *writer) begin(tag atom.Atom) {
	switch {
	case tag == atom.Br:
		w.owe(w.breaks + 1)
	case tag == atom.Li:
		w.owe(1)
		w.pay()
		w.out = append(w.out, strings.Repeat("  ", min(max(w.lists-1, 0), 8))+w.bullet()...)
	case tag == atom.Td || tag == atom.Th || tag == atom.Img:
		w.space = true
	case paragraph(tag) && (w.lists == 0 || tag != atom.Ul && tag != atom.Ol && tag != atom.P):
		w.owe(2)
	case block(tag):
		w.owe(1)
	}
}

// bullet is "- ", or the next number of the innermost list.
func (w *writer) bullet() string {
	for i := len(w.stack) - 1; i >= 0; i-- {
		switch w.stack[i].tag {
		case atom.Ul:
			return "- "
		case atom.Ol:
			w.stack[i].number++
			return strconv.Itoa(w.stack[i].number) + ". "
		}
	}
	return "- "
}

// count keeps the tallies of what is open.
func (w *writer) count(el open, n int) {
	if el.hidden {
		w.hidden += n
	}
	switch el.tag {
	case atom.Pre:
		w.pre += n
	case atom.Ul, atom.Ol:
		w.lists += n
	}
}

// end closes the nearest open element of that name, as a browser would: an inline end does not
// reach through a block, nor any through a table cell. What is hidden must stay hidden however
// its tags are crossed.
func (w *writer) end(tag atom.Atom, name string) {
	if tag == atom.Br || tag == atom.P && !w.isOpen(atom.P) {
		w.begin(tag)
		return
	}
	for i := len(w.stack) - 1; i >= 0; i-- {
		el := w.stack[i]
		if el.tag == tag && (tag != 0 || el.name == name) {
			w.closeTo(i)
			return
		}
		if !block(tag) && block(el.tag) || fence(el.tag) && !fence(tag) && !table(tag) {
			return
		}
	}
}

func (w *writer) isOpen(tag atom.Atom) bool {
	for i := range w.stack {
		if w.stack[i].tag == tag {
			return true
		}
	}
	return false
}

func (w *writer) closeTo(i int) {
	for len(w.stack) > i {
		el := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		if w.hidden == 0 {
			if el.href != "" {
				w.whole(el)
			}
			w.finish(el.tag)
		}
		w.count(el, -1)
	}
}

// finish writes what the end of a visible element means: inside a list, paragraphs and inner
// lists do not stand apart.
func (w *writer) finish(tag atom.Atom) {
	inner := tag == atom.P && w.lists > 0 || (tag == atom.Ul || tag == atom.Ol) && w.lists > 1
	switch {
	case paragraph(tag) && !inner:
		w.owe(2)
	case block(tag):
		w.owe(1)
	}
}

// whole writes a link's address in place of a text that is its cut form ("example.com/a/lo...").
func (w *writer) whole(el open) {
	text := strings.TrimSpace(string(w.out[min(el.from, len(w.out)):]))
	stem, ok := strings.CutSuffix(text, "...")
	if !ok {
		stem, ok = strings.CutSuffix(text, "…")
	}
	if !ok || len(stem) < 8 || !strings.Contains(el.href, stem) || !strings.HasPrefix(el.href, "http") {
		return
	}
	w.out = append(w.out[:len(w.out)-len(text)], el.href...)
	w.tail = len(w.out)
}

// implied closes what the start of tag ends without saying so.
func (w *writer) implied(tag atom.Atom) {
	var ends []atom.Atom
	switch {
	case tag == atom.Li:
		ends = []atom.Atom{atom.Li}
	case tag == atom.Dt || tag == atom.Dd:
		ends = []atom.Atom{atom.Dt, atom.Dd}
	case tag == atom.Td || tag == atom.Th:
		ends = []atom.Atom{atom.Td, atom.Th}
	case tag == atom.Tr:
		ends = []atom.Atom{atom.Tr, atom.Td, atom.Th}
	case tag == atom.Option:
		ends = []atom.Atom{atom.Option}
	case block(tag):
		ends = []atom.Atom{atom.P}
	default:
		return
	}
	at := -1
	for i := len(w.stack) - 1; i >= 0; i-- {
		el := w.stack[i].tag
		for _, e := range ends {
			if el == e {
				at = i
			}
		}
		if el == atom.Ul || el == atom.Ol || el == atom.Dl || el == atom.Table || el == atom.Select || block(el) && at < 0 && tag != atom.Li && !table(tag) {
			break
		}
	}
	if at >= 0 {
		w.closeTo(at)
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// cut ends s at max bytes, not inside a character.
func cut(s string, max int) string {
	if max <= 0 || len(s) <= max {
		return s
	}
	for max > 0 && s[max]&0xc0 == 0x80 {
		max--
	}
	return strings.TrimRight(s[:max], " \n")
}
