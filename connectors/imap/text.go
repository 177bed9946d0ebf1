package imap

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// How much of a part is decoded before anything is cut: a body keeps 32 KiB, and the markup around
// that much text is seldom larger.
const (
	maxPlain = 256 << 10
	maxHTML  = 1 << 20
)

// A reading is what one message says, collected over its parts.
type reading struct {
	plain     []string
	html      []page
	calendar  []*part
	files     []string
	encrypted bool
	inner     []*part // attached messages
}

// read collects from p. in says what encloses it: "alternative", "related" or another subtype.
func (r *reading) read(p *part, in string) {
	kind, sub, _ := strings.Cut(p.kind.value, "/")
	switch {
	case p.kind.value == "multipart/alternative":
		r.alternative(p)
	case p.kind.value == "multipart/encrypted":
		r.encrypted = true
	case kind == "multipart" && len(p.children) > 0:
		for i, c := range p.children {
			if sub == "report" && i > 0 && c.kind.value != "message/rfc822" {
				continue // the machine's half of a bounce
			}
			r.read(c, sub)
		}
	case kind == "multipart":
	case p.kind.value == "text/calendar", p.kind.value == "application/ics":
		r.calendar = append(r.calendar, p)
		if n := p.name(); n != "" && p.attached() {
			r.files = append(r.files, n)
		}
	case kind == "message" && len(p.children) > 0:
		r.inner = append(r.inner, p.children[0])
		r.files = append(r.files, attachedName(p))
	case kind == "text" && !p.attached() && sub != "rfc822-headers":
		r.text(p, sub)
	default:
		r.file(p, in)
	}
}

// alternative reads one meaning in several forms: all of them, so that the better one can be taken
// when their texts are known.
func (r *reading) alternative(p *part) {
	var alt reading
	plainer := slices.ContainsFunc(p.children, func(c *part) bool { return c.kind.value == "text/plain" || c.kind.value == "text/html" })
	for _, c := range p.children {
		if plainer && otherText(c.kind.value) {
			continue // text/enriched, text/watch-html: the same once more
		}
		alt.read(c, "alternative")
	}
	r.calendar = append(r.calendar, alt.calendar...)
	r.files = append(r.files, alt.files...)
	r.inner = append(r.inner, alt.inner...)
	r.encrypted = r.encrypted || alt.encrypted
	plain := strings.Join(alt.plain, "\n\n")
	if poor(plain) {
		if html := alt.rendered(); betterHTML(plain, html) {
			r.plain = append(r.plain, html)
			return
		}
	}
	if plain != "" {
		r.plain = append(r.plain, plain)
	}
}

func otherText(kind string) bool {
	return strings.HasPrefix(kind, "text/") && kind != "text/plain" && kind != "text/html" && kind != "text/calendar"
}

// A page is HTML that is not yet rendered: most of it stands beside a plain text that says the same,
// and is never looked at.
type page struct {
	part *part
	src  string // where the part was decoded already
}

func (g page) text() string {
	if g.part != nil {
		return htmlText(g.part.text(maxHTML))
	}
	return htmlText(g.src)
}

// rendered is the text of all HTML that was read.
func (r *reading) rendered() string {
	texts := make([]string, len(r.html))
	for i, g := range r.html {
		texts[i] = g.text()
	}
	return strings.Join(texts, "\n\n")
}

// poor says that a plain form may be worth less than an HTML one: it is not there, a stub ("your
// program cannot show HTML") or an error of the sender's.
func poor(plain string) bool {
	p := strings.TrimSpace(plain)
	np := utf8.RuneCountInString(p)
	low := strings.ToLower(p[:min(len(p), 400)])
	return np < 40 || np < 400 && excuse(low) || np < 600 && elsewhere(low) || markup(low)
}

func excuse(low string) bool {
	return strings.Contains(low, "html") &&
		(strings.Contains(low, "view") || strings.Contains(low, "support") || strings.Contains(low, "anzeig") || strings.Contains(low, "client"))
}

func elsewhere(low string) bool {
	return strings.Contains(low, "in your browser") || strings.Contains(low, "im browser") || strings.Contains(low, "votre navigateur")
}

func markup(low string) bool {
	return strings.Contains(low, "<html") || strings.Contains(low, "<!doctype") || strings.Contains(low, "@media")
}

// betterHTML says that the HTML form is to be read in place of a poor plain one.
func betterHTML(plain, html string) bool {
	html = strings.TrimSpace(html)
	if html == "" {
		return false
	}
	p := strings.TrimSpace(plain)
	np, nh := utf8.RuneCountInString(p), utf8.RuneCountInString(html)
	low := strings.ToLower(p[:min(len(p), 400)])
	return np == 0 || np < 400 && nh > np && excuse(low) || np < 600 && nh > 2*np && elsewhere(low) ||
		np < 40 && nh > 4*np || markup(low)
}

func (r *reading) text(p *part, sub string) {
	switch sub {
	case "html", "x-amp-html":
		if sub == "html" {
			r.html = append(r.html, page{part: p})
		}
	default:
		s := p.text(maxPlain)
		for n := 0; n < maxFiles; n++ {
			name, _, ok := cutUU([]byte(s))
			if !ok {
				break
			}
			r.files = append(r.files, name)
			s = dropUU(s)
		}
		if strings.EqualFold(p.kind.params["format"], "flowed") {
			s = unflow(s, strings.EqualFold(p.kind.params["delsp"], "yes"))
		}
		if p.header.get("content-type") == "" && looksHTML(s) {
			r.html = append(r.html, page{src: s}) // a sender that forgot to say so
			return
		}
		r.plain = append(r.plain, s)
	}
}

func looksHTML(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s[:min(len(s), 200)]))
	return strings.HasPrefix(s, "<html") || strings.HasPrefix(s, "<!doctype html")
}

// file notes an attachment. Pictures that the text shows (cid:) are part of its looks, not files.
func (r *reading) file(p *part, in string) {
	n := p.name()
	if p.disp.value != "attachment" && strings.HasPrefix(p.kind.value, "image/") &&
		(in == "related" || n == "" || p.header.has("content-id") && in != "mixed") {
		return
	}
	switch p.kind.value {
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
		"application/pgp-encrypted", "text/rfc822-headers", "message/delivery-status", "message/disposition-notification":
		return
	case "application/pkcs7-mime", "application/x-pkcs7-mime":
		r.encrypted = true
	}
	if n == "" {
		n = attachedName(p)
	}
	r.files = append(r.files, n)
}

// attachedName is what to call a file that has no name of its own.
func attachedName(p *part) string {
	if n := p.name(); n != "" {
		return n
	}
	if len(p.children) > 0 {
		if s := decodeWords(p.children[0].header.get("subject"), ""); strings.TrimSpace(s) != "" {
			return s
		}
		return "attached message"
	}
	switch {
	case p.kind.value == "application/ms-tnef":
		return "winmail.dat"
	case strings.HasPrefix(p.kind.value, "text/"):
		return "attached text"
	}
	return "unnamed file"
}

// words is the message's text: what was read inline, or the HTML, or that of an attached message
// where the message itself says nothing.
func (r *reading) words(depth int) string {
	var parts []string
	texts := slices.Clone(r.plain)
	for _, g := range r.html {
		texts = append(texts, g.text())
	}
	for _, s := range texts {
		if strings.TrimSpace(s) != "" {
			parts = append(parts, s)
		}
	}
	if len(parts) > 0 || depth > 3 {
		return strings.Join(parts, "\n\n")
	}
	for _, p := range r.inner {
		var inner reading
		inner.read(p, "")
		if s := strings.TrimSpace(inner.words(depth + 1)); s != "" {
			if subject := decodeWords(p.header.get("subject"), ""); subject != "" {
				s = subject + "\n\n" + s
			}
			parts = append(parts, s)
		}
		if len(parts) >= 20 {
			break
		}
	}
	return strings.Join(parts, "\n\n")
}

// unflow joins the lines of format=flowed (RFC 3676): a space at the end says that the paragraph
// goes on, at the same depth of quotes. The signature line "-- " ends nothing.
func unflow(s string, delsp bool) string {
	var out strings.Builder
	open, openDepth := false, 0
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		text := strings.TrimPrefix(line[depth:], " ") // space-stuffing
		sig := text == "-- "
		if open && (depth != openDepth || sig) {
			out.WriteByte('\n')
			open = false
		}
		if !open && depth > 0 {
			out.WriteString(strings.Repeat(">", depth) + " ")
		}
		open, openDepth = strings.HasSuffix(text, " ") && !sig, depth
		if open && delsp {
			text = text[:len(text)-1]
		}
		out.WriteString(text)
		if !open {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// dropUU takes the uuencoded file out of a text.
func dropUU(s string) string {
	b := []byte(s)
	i := bytes.Index(b, []byte("begin "))
	j := bytes.Index(b[i:], []byte("\nend"))
	if j < 0 {
		return s[:i]
	}
	return s[:i] + s[i+j+len("\nend"):]
}
