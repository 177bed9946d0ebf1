package feed

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/dailyminutes/minutes/connectors"
)

// titleText is a title without its markup. Feeds escape titles once, twice or not at all; what
// looks like a tag and is none ("Vec<u8>") is what the writer meant.
func titleText(s string) string {
	if !strings.ContainsAny(s, "<&\n\t") {
		return s
	}
	out := connectors.HTMLText(keepUnknown(s), 4<<10)
	if strings.Contains(out, "&") && html.UnescapeString(out) != out || knownTag(out) && strings.Contains(out, "</") {
		out = connectors.HTMLText(keepUnknown(out), 4<<10)
	}
	if strings.TrimSpace(out) == "" {
		return "" // markup alone, such as an image
	}
	return out
}

// keepUnknown escapes every "<" that does not begin an element of HTML.
func keepUnknown(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		if tagAt(s[i:]) {
			b.WriteByte('<')
		} else {
			b.WriteString("&lt;")
		}
		s = s[i+1:]
	}
}

func knownTag(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		if tagAt(s[i:]) {
			return true
		}
		s = s[i+1:]
	}
}

// tagAt says whether s begins with a tag that occurs in titles and has an end.
func tagAt(s string) bool {
	if strings.HasPrefix(s, "<!--") {
		return true
	}
	name := strings.TrimPrefix(s[1:], "/")
	i := 0
	for i < len(name) && (name[i] >= 'a' && name[i] <= 'z' || name[i] >= 'A' && name[i] <= 'Z' || name[i] >= '0' && name[i] <= '9') {
		i++
	}
	if i == 0 || i == len(name) || !strings.Contains(name[i:min(len(name), 2000)], ">") || !strings.ContainsRune(" \t\n/>", rune(name[i])) {
		return false
	}
	switch atom.Lookup([]byte(strings.ToLower(name[:i]))) {
	case atom.A, atom.Abbr, atom.B, atom.Big, atom.Br, atom.Cite, atom.Code, atom.Del, atom.Dfn, atom.Div, atom.Em, atom.Font,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.I, atom.Img, atom.Ins, atom.Kbd, atom.Mark, atom.P, atom.Q,
		atom.S, atom.Samp, atom.Script, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Style, atom.Sub, atom.Sup,
		atom.Svg, atom.Tt, atom.U, atom.Var, atom.Wbr, atom.Nobr, atom.Math:
		return true
	}
	return false
}

// dropBoilerplate takes away what publishing programs append to every entry.
func dropBoilerplate(s string) string {
	if from := max(0, len(s)-399); strings.Contains(s[from:], "appeared first on") {
		if i := strings.LastIndex(s[from:], "The post "); i >= 0 && from+i > 0 && strings.Contains(s[from+i:], "appeared first on") {
			s = s[:from+i]
		}
	}
	end := strings.TrimRight(s, " \n\u00a0")
	for _, tail := range [...]string{"Continue reading →", "Continue reading", "Read more…", "Read more...", "Read more »", "Read more", "[…]", "[...]", "[link]   [comments]", "[link] [comments]"} {
		if t, ok := strings.CutSuffix(end, tail); ok && strings.TrimSpace(t) != "" {
			s = strings.TrimRight(t, " \n\u00a0")
			if tail[0] == '[' && strings.Contains(tail, "…") || tail == "[...]" {
				s += " …"
			}
			break
		}
	}
	return s
}
