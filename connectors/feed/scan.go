package feed

import (
	"strings"
)

// tokenKind is what stands between two angle brackets.
type tokenKind uint8

const (
	startTag tokenKind = iota
	endTag
	emptyTag
	cdata
	other // comments, instructions, doctypes
	stray // a "<" that begins nothing
)

// token is one of them, s[from:to]. name is the local name of a tag, as written.
type token struct {
	kind     tokenKind
	from, to int
	name     string
}

// next finds the token at or after s[at]. It needs no well-formed document and never goes back,
// so a pass over a document takes time in proportion to it.
func next(s string, at int) (token, bool) {
	i := strings.IndexByte(s[at:], '<')
	if i < 0 {
		return token{}, false
	}
	i += at
	rest := s[i:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return upTo(s, i, 4, "-->", other), true
	case strings.HasPrefix(rest, "<![CDATA["):
		return upTo(s, i, 9, "]]>", cdata), true
	case strings.HasPrefix(rest, "<?"):
		return upTo(s, i, 2, "?>", other), true
	case strings.HasPrefix(rest, "<!"):
		return doctype(s, i), true
	case strings.HasPrefix(rest, "</"):
		t := upTo(s, i, 2, ">", endTag)
		t.name = local(s[i+2 : t.to])
		return t, true
	}
	if len(rest) < 2 || !nameStart(rest[1]) {
		return token{kind: stray, from: i, to: i + 1}, true
	}
	return tag(s, i), true
}

func upTo(s string, i, skip int, end string, kind tokenKind) token {
	if j := strings.Index(s[i+skip:], end); j >= 0 {
		return token{kind: kind, from: i, to: i + skip + j + len(end)}
	}
	return token{kind: kind, from: i, to: len(s)}
}

// doctype ends at its ">", beyond an internal subset in brackets.
func doctype(s string, i int) token {
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				return token{kind: other, from: i, to: j + 1}
			}
		}
	}
	return token{kind: other, from: i, to: len(s)}
}

// tag reads a start tag to its ">" outside of quotes.
func tag(s string, i int) token {
	t := token{kind: startTag, from: i, to: len(s), name: local(s[i+1:])}
	for j := i + 1; j < len(s); j++ {
		switch c := s[j]; c {
		case '"', '\'':
			k := strings.IndexByte(s[j+1:], c)
			if k < 0 {
				return t
			}
			j += 1 + k
		case '>':
			if s[j-1] == '/' {
				t.kind = emptyTag
			}
			t.to = j + 1
			return t
		}
	}
	return t
}

func nameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}

// local is the name at the head of s, without its prefix.
func local(s string) string {
	i := strings.IndexAny(s, " \t\r\n/>")
	if i < 0 {
		i = len(s)
	}
	name := s[:i]
	return name[strings.LastIndexByte(name, ':')+1:]
}

// rootOf is the local name of the first element in lower case, "" if there is none.
func rootOf(s string) string {
	for at := 0; ; {
		t, ok := next(s, at)
		if !ok {
			return ""
		}
		if t.kind == startTag || t.kind == emptyTag {
			return strings.ToLower(t.name)
		}
		at = t.to
	}
}

// outline is where a feed's entries stand.
type outline struct {
	root    token
	entries [][2]int // [from, to) of each; to is len(s) for one that is not closed
	open    bool     // the last entry is not closed
	deepest int
	strays  bool // "<" that begin nothing
}

// survey walks over all tags of a feed. The depth is that of the tags as written: a document that
// does not close them is deeper here than it means to be, and is then read entry by entry.
func survey(s string) outline {
	var o outline
	depth, inside := 0, false
	for at := 0; ; {
		t, ok := next(s, at)
		if !ok {
			break
		}
		at = t.to
		switch t.kind {
		case stray:
			o.strays = true
		case endTag:
			depth--
			if inside && isEntry(t.name) {
				o.entries[len(o.entries)-1][1], inside = t.to, false
			}
		case startTag, emptyTag:
			if o.root.to == 0 {
				o.root = t
			} else if isEntry(t.name) {
				if inside { // the one before was never closed
					o.entries[len(o.entries)-1][1] = t.from
				}
				o.entries = append(o.entries, [2]int{t.from, len(s)})
				if inside = t.kind == startTag; !inside {
					o.entries[len(o.entries)-1][1] = t.to
				}
			}
			if t.kind == startTag {
				depth++
				o.deepest = max(o.deepest, depth)
			}
		}
	}
	o.open = inside
	return o
}

func isEntry(name string) bool {
	return strings.EqualFold(name, "item") || strings.EqualFold(name, "entry")
}
