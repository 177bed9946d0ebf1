package feed

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"

	"github.com/dailyminutes/minutes"
)

// readXML reads RSS, RDF or Atom. A document that gofeed refuses, or of which it finds fewer
// entries than there are, is mended; if that does not help, each entry is read alone, so that a
// bad one costs itself.
func readXML(s, root string) (channel, []minutes.Rejection, error) {
	o := survey(s)
	if len(o.entries) > maxEntries {
		s = s[:o.entries[maxEntries][0]] // feeds are newest first
		o = survey(s)
	}
	if o.deepest <= maxDepth {
		if ch, err := whole(s, root); err == nil && len(ch.entries) >= len(o.entries) {
			return ch, nil, nil
		}
		if mended := mend(s); mended != s {
			s, o = mended, survey(mended)
			if ch, err := whole(s, root); err == nil && len(ch.entries) >= len(o.entries) {
				return ch, nil, nil
			}
		}
	}
	return apart(s, root, o)
}

func whole(s, root string) (channel, error) {
	if root == "feed" {
		f, err := (&atom.Parser{}).Parse(strings.NewReader(s))
		if err != nil {
			return channel{}, err
		}
		return fromAtom(f), nil
	}
	// gofeed tries a hundred layouts before the one with a zone by name: half of its time on the
	// feeds that say GMT.
	s = strings.ReplaceAll(s, " GMT</pubDate>", " +0000</pubDate>")
	f, err := (&rss.Parser{}).Parse(strings.NewReader(s))
	if err != nil {
		return channel{}, err
	}
	return fromRSS(f), nil
}

// apart reads the head, and then each entry as a feed of one.
func apart(s, root string, o outline) (channel, []minutes.Rejection, error) {
	begin, end := s[o.root.from:o.root.to], "</"+strings.Trim(rawName(s[o.root.from+1:o.root.to]), "<>/")+">"
	if o.root.kind != startTag || o.root.to > 64<<10 {
		return channel{}, nil, broken("it has no content")
	}
	if root == "rss" {
		begin, end = begin+"<channel>", "</channel>"+end
	}
	head := s[o.root.to:]
	if len(o.entries) > 0 {
		head = s[o.root.to:o.entries[0][0]]
	}
	ch := headOf(head, begin, end, root)
	var rejected []minutes.Rejection
	for i, span := range o.entries {
		text := s[span[0]:span[1]]
		var one channel
		var err error
		switch {
		case o.open && i == len(o.entries)-1:
			err = fmt.Errorf("the feed breaks off in it")
		case survey(text).deepest > maxDepth:
			err = fmt.Errorf("it is nested more than %d deep", maxDepth)
		default:
			one, err = whole(begin+text+end, root)
		}
		if err != nil || len(one.entries) == 0 {
			rejected = append(rejected, rejection(i, len(o.entries), text, err))
			continue
		}
		ch.entries = append(ch.entries, one.entries...)
	}
	if len(ch.entries) > 0 {
		return ch, rejected, nil
	}
	if len(rejected) > 0 {
		return channel{}, nil, broken(rejected[0].Reason.String())
	}
	if o.deepest > maxDepth {
		return channel{}, nil, broken(fmt.Sprintf("it is nested more than %d deep", maxDepth))
	}
	return channel{}, nil, broken("its XML is damaged")
}

// headOf reads what a feed says of itself, as far as it can be read.
func headOf(head, begin, end, root string) channel {
	if root == "rss" {
		if t, ok := next(head, 0); ok && t.kind == startTag && strings.EqualFold(t.name, "channel") {
			head = head[t.to:]
		}
	}
	if survey(head).deepest > maxDepth {
		return channel{}
	}
	ch, err := whole(begin+head+end, root)
	if err != nil {
		return channel{}
	}
	ch.entries = nil
	return ch
}

func rawName(s string) string {
	if i := strings.IndexAny(s, " \t\r\n/>"); i >= 0 {
		return s[:i]
	}
	return s
}

func rejection(i, n int, text string, err error) minutes.Rejection {
	if err == nil {
		err = fmt.Errorf("it holds nothing that can be read")
	}
	name := fmt.Sprintf("entry %d of %d", i+1, n)
	if _, after, ok := strings.Cut(text, "<title"); ok {
		_, after, _ = strings.Cut(after, ">")
		before, _, _ := strings.Cut(after, "</title")
		if t := titleText(strings.TrimSuffix(strings.TrimPrefix(before[:min(len(before), 1000)], "<![CDATA["), "]]>")); t != "" {
			name += ": " + t
		}
	}
	return minutes.Rejection{Item: minutes.CleanLine(name).Cut(120), Reason: minutes.CleanLine(err.Error()).Cut(200),
		Next: minutes.Clean("nothing to do: it is the feed's fault; the other entries are there")}
}

func broken(why string) error {
	return minutes.WithHint(fmt.Errorf("the feed is damaged: %s", why), "try again later; if it stays, tell the feed's owner")
}

// mend repairs what encoding/xml refuses even when it is lenient: characters and references to
// characters that XML forbids, "<" that begin nothing, "]]>" outside of CDATA.
func mend(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	for at := 0; at < len(s); {
		t, ok := next(s, at)
		if !ok {
			mendText(&out, s[at:])
			break
		}
		mendText(&out, s[at:t.from])
		if t.kind == stray {
			out.WriteString("&lt;")
		} else {
			legal(&out, s[t.from:t.to])
		}
		at = t.to
	}
	return out.String()
}

func mendText(out *strings.Builder, s string) {
	s = strings.ReplaceAll(s, "]]>", "]]&gt;")
	for {
		i := strings.Index(s, "&#")
		if i < 0 {
			legal(out, s)
			return
		}
		legal(out, s[:i])
		s = s[i:]
		j := strings.IndexByte(s[:min(len(s), 16)], ';')
		if j < 0 {
			out.WriteString("&amp;#")
			s = s[2:]
			continue
		}
		digits, base := s[2:j], 10
		if digits != "" && (digits[0] == 'x' || digits[0] == 'X') {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 32); err == nil && allowed(rune(n)) {
			out.WriteString(s[:j+1])
		} else {
			out.WriteRune(utf8.RuneError)
		}
		s = s[j+1:]
	}
}

func legal(out *strings.Builder, s string) {
	for _, r := range s {
		if allowed(r) {
			out.WriteRune(r)
		}
	}
}

func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 && r <= utf8.MaxRune
}
