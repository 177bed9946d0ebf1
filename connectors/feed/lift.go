package feed

import (
	"html"
	"strconv"
	"strings"
)

// The long texts of RSS entries are most of a feed, and gofeed reads them byte by byte, twice. So they
// are lifted out first, where what gofeed would make of them is certain, and put back afterwards; a
// mark stands in for each meanwhile.

const (
	liftMark  = "\ue000" // private use: a feed that has it is left as it is
	minLifted = 80       // bytes: a shorter text is not worth it
)

// lifted are the texts in the order of their marks, as they stood: escaped, or whole CDATA sections.
type lifted []string

// lift takes the texts out of s, of which o is the outline. Without any, s is as it was.
func lift(s string, o outline) (string, lifted) {
	if o.open || len(o.entries) == 0 || strings.Contains(s, liftMark) || strings.Contains(s, "xml:base") || strings.Count(s, "xmlns=") > 1 {
		return s, nil
	}
	var texts lifted
	var out strings.Builder
	done := 0
	for _, span := range o.entries {
		for at := span[0]; at < span[1]; {
			t, ok := next(s[:span[1]], at)
			if !ok {
				break
			}
			at = t.to
			if t.kind != startTag {
				continue
			}
			end := ""
			switch s[t.from:t.to] {
			case "<description>":
				end = "</description>"
			case "<content:encoded>":
				end = "</content:encoded>"
			default:
				continue
			}
			if n := liftable(s[at:span[1]], end); n > 0 {
				if done == 0 {
					out.Grow(len(s) / 2)
				}
				out.WriteString(s[done:at])
				out.WriteString(liftMark)
				out.WriteString(strconv.Itoa(len(texts)))
				texts = append(texts, s[at:at+n])
				at += n
				done = at
			}
		}
	}
	if len(texts) == 0 {
		return s, nil
	}
	out.WriteString(s[done:])
	return out.String(), texts
}

const cdataStart, cdataEnd = "<![CDATA[", "]]>"

// liftable is the length of the text at the head of s that ends before end, 0 if it is not certain
// what gofeed would make of it.
func liftable(s, end string) int {
	if body, ok := strings.CutPrefix(s, cdataStart); ok {
		i := strings.Index(body, cdataEnd)
		if i < minLifted || !strings.HasPrefix(body[i+len(cdataEnd):], end) || !harmless(body[:i]) {
			return 0
		}
		return len(cdataStart) + i + len(cdataEnd)
	}
	i := strings.IndexByte(s, '<')
	if i < minLifted || !strings.HasPrefix(s[i:], end) || !harmless(s[:i]) || strings.Contains(s[:i], cdataEnd) || !references(s[:i]) {
		return 0
	}
	return i
}

// harmless says that XML allows every character of s, and keeps it as it is.
func harmless(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c == 0xef && strings.HasPrefix(s[i:], "\xef\xbf") {
			return false // of U+FFC0 to U+FFFF some are forbidden
		}
	}
	return true
}

// references says that every number that s refers to is a character that XML allows.
func references(s string) bool {
	for {
		_, rest, found := strings.Cut(s, "&#")
		if !found {
			return true
		}
		digits, after, ok := strings.Cut(rest[:min(len(rest), 16)], ";")
		base := 10
		if hex, is := strings.CutPrefix(digits, "x"); is {
			digits, base = hex, 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if !ok || err != nil || !allowed(rune(n)) {
			return false
		}
		s = rest[len(rest[:min(len(rest), 16)])-len(after):]
	}
}

// restore is the text that s stands for, as gofeed would have given it; s itself if it is no mark.
func (l lifted) restore(s string) string {
	digits, ok := strings.CutPrefix(s, liftMark)
	if !ok {
		return s
	}
	i, err := strconv.Atoi(digits)
	if err != nil || i < 0 || i >= len(l) {
		return s
	}
	if body, ok := strings.CutPrefix(l[i], cdataStart); ok {
		return strings.TrimSuffix(body, cdataEnd)
	}
	return entities(strings.TrimSpace(l[i]))
}

// putBack restores a channel.
func (l lifted) putBack(ch *channel) {
	if len(l) == 0 {
		return
	}
	for i := range ch.entries {
		e := &ch.entries[i]
		e.summary, e.content = l.restore(e.summary), l.restore(e.content)
	}
}

// entities decodes as gofeed does: HTML's names, and numbers, with their semicolon alone.
func entities(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for ; i >= 0; i = strings.IndexByte(s, '&') {
		b.WriteString(s[:i])
		s = s[i:]
		window := s[:min(len(s), 64)]
		end := strings.IndexByte(window, ';')
		if end < 0 && len(window) == len(s) {
			break
		}
		if end < 0 || strings.ContainsAny(s[1:end], " \t\r\n") {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		text, ok := entity(s[:end+1])
		if !ok {
			b.WriteByte('&')
			s = s[1:]
			continue
		}
		b.WriteString(text)
		s = s[end+1:]
	}
	b.WriteString(s)
	return b.String()
}

// entity decodes one, with its "&" and ";". What the semicolon is no part of is none.
func entity(s string) (string, bool) {
	switch s {
	case "&lt;":
		return "<", true
	case "&gt;":
		return ">", true
	case "&amp;":
		return "&", true
	case "&quot;":
		return `"`, true
	}
	text := html.UnescapeString(s)
	return text, text != html.UnescapeString(s[:len(s)-1])+";"
}
