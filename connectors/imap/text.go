package imap

import (
	"bytes"
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
	plain, html []string
	calendar    []*part
	files       []string
	encrypted   bool
	inner       []*part // attached messages
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
	for _, c := range p.children {
		alt.read(c, "alternative")
	}
	r.calendar = append(r.calendar, alt.calendar...)
	r.files = append(r.files, alt.files...)
	r.inner = append(r.inner, alt.inner...)
	r.encrypted = r.encrypted || alt.encrypted
	plain, html := strings.Join(alt.plain, "\n\n"), strings.Join(alt.html, "\n\n")
	if betterHTML(plain, html) {
		r.plain = append(r.plain, html)
	} else if plain != "" {
		r.plain = append(r.plain, plain)
	}
}

// betterHTML says that the plain form is a stub ("your program cannot show HTML"), an error of the
// sender's, or not there.
func betterHTML(plain, html string) bool {
	if strings.TrimSpace(html) == "" {
		return false
	}
	p := strings.TrimSpace(plain)
	np, nh := utf8.RuneCountInString(p), utf8.RuneCountInString(strings.TrimSpace(html))
	if np == 0 {
		return true
	}
	low := strings.ToLower(p[:min(len(p), 400)])
	if np < 400 && nh > np && strings.Contains(low, "html") &&
		(strings.Contains(low, "view") || strings.Contains(low, "support") || strings.Contains(low, "anzeig") || strings.Contains(low, "client")) {
		return true
	}
	if np < 600 && nh > 2*np && (strings.Contains(low, "in your browser") || strings.Contains(low, "im browser") || strings.Contains(low, "votre navigateur")) {
		return true
	}
	if np < 40 && nh > 4*np {
		return true
	}
	return strings.Contains(low, "<html") || strings.Contains(low, "<!doctype") || strings.Contains(low, "@media")
}

func (r *reading) text(p *part, sub string) {
	switch sub {
	case "html", "x-amp-html":
		if sub == "html" {
			r.html = append(r.html, htmlText(p.text(maxHTML)))
		}
	default:
		s := p.text(maxPlain)
		if name, _, ok := cutUU([]byte(s)); ok {
			r.files = append(r.files, name)
			s = dropUU(s)
		}
		if strings.EqualFold(p.kind.params["format"], "flowed") {
			s = unflow(s, strings.EqualFold(p.kind.params["delsp"], "yes"))
		}
		if p.header.get("content-type") == "" && looksHTML(s) {
			r.html = append(r.html, htmlText(s)) // a sender that forgot to say so
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
	for _, s := range append(append([]string{}, r.plain...), r.html...) {
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
