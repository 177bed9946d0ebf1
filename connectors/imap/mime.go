package imap

import (
	"bytes"
	"strings"
)

// The guards of a message, from security.md: past them the rest of it is not read.
const (
	maxMail  = 25 << 20
	maxDepth = 20
	maxParts = 2000
)

// A part is a node of a message: a leaf with its bytes, or a multipart with children. Data is a
// slice of the message, still in its transfer encoding.
type part struct {
	header   header
	kind     media // Content-Type
	disp     media // Content-Disposition
	encoding string
	data     []byte
	children []*part
}

// A walker takes a message apart. go-message would stop at the first part whose header is broken,
// and its nested readers read the innermost part once per level; this one cuts slices, so that a
// level costs one search over its bytes and a broken part costs itself.
type walker struct{ parts int }

// walk reads an entity: a message, or a part of one.
func (w *walker) walk(b []byte, depth int, digest bool) *part {
	h, body := splitHeader(b)
	p := &part{header: h, kind: parseMedia(h.get("content-type")), disp: parseMedia(h.get("content-disposition")),
		encoding: h.get("content-transfer-encoding"), data: body}
	if !strings.Contains(p.kind.value, "/") {
		p.kind.value = "text/plain"
		if digest {
			p.kind.value = "message/rfc822"
		}
		if p.kind.params["charset"] == "" && strings.HasPrefix(h.get("content-type"), "text") {
			p.kind.params["charset"] = "utf-8"
		}
	}
	if w.parts++; w.parts >= maxParts || depth >= maxDepth {
		return p
	}
	switch {
	case strings.HasPrefix(p.kind.value, "multipart/"):
		p.split(w, depth)
	case p.kind.value == "message/rfc822" || p.kind.value == "message/global" || p.kind.value == "message/news":
		inner := body
		if e := strings.ToLower(p.encoding); strings.Contains(e, "base64") || strings.Contains(e, "quoted") {
			inner = decodeTransfer(p.encoding, body) // not allowed, and done
		}
		p.children = []*part{w.walk(inner, depth+1, false)}
	}
	return p
}

// split cuts a multipart at its boundary. One without a boundary, or whose boundary is nowhere,
// guesses it from the first line that looks like one; failing that it is text.
func (p *part) split(w *walker, depth int) {
	boundary := p.kind.params["boundary"]
	if boundary == "" || len(boundary) > 250 || !bytes.Contains(p.data, []byte("--"+boundary)) {
		if boundary = guessBoundary(p.data); boundary == "" {
			p.kind.value = "text/plain"
			return
		}
	}
	digest := p.kind.value == "multipart/digest"
	body := p.data
	start, next, closed := nextBoundary(body, boundary, 0)
	if start < 0 {
		p.kind.value = "text/plain"
		return
	}
	for !closed && w.parts < maxParts {
		from := next
		var end int
		end, next, closed = nextBoundary(body, boundary, from)
		if end < 0 {
			p.children = append(p.children, w.walk(body[from:], depth+1, digest)) // never closed, or cut off
			return
		}
		p.children = append(p.children, w.walk(trimBreak(body[from:end]), depth+1, digest))
	}
}

// nextBoundary finds the next delimiter line at or after from: where it starts, where what follows
// starts, and whether it closes the multipart. start is -1 when there is none.
func nextBoundary(b []byte, boundary string, from int) (start, next int, closed bool) {
	mark := []byte("--" + boundary)
	for from < len(b) {
		i := bytes.Index(b[from:], mark)
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		if i > 0 && b[i-1] != '\n' && b[i-1] != '\r' {
			continue
		}
		rest := b[i+len(mark):]
		closed = bytes.HasPrefix(rest, []byte("--"))
		line, after := cutLine(rest)
		if tail := bytes.TrimSpace(line); len(tail) > 0 && !closed {
			continue // the boundary of an inner part, of which this one is a prefix
		}
		return i, len(b) - len(after), closed
	}
	return -1, len(b), true
}

// trimBreak takes off the line break before a boundary, which belongs to it.
func trimBreak(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}

// guessBoundary is the first line of b that starts with "--" and could be a boundary, without the
// dashes, provided that it comes again.
func guessBoundary(b []byte) string {
	for range 50 {
		line, rest := cutLine(b)
		if mark := bytes.TrimRight(line, " \t"); len(mark) > 6 && len(mark) < 80 && bytes.HasPrefix(mark, []byte("--")) &&
			!bytes.ContainsAny(mark, " \t") && bytes.Contains(rest, mark) {
			return string(mark[2:])
		}
		if len(rest) == 0 {
			break
		}
		b = rest
	}
	return ""
}

// attached says whether the part is a file to the reader rather than a text to read.
func (p *part) attached() bool {
	if p.disp.value == "attachment" {
		return true
	}
	return p.name() != "" && !strings.HasPrefix(p.kind.value, "text/")
}

// name is the file's, decoded, or "".
func (p *part) name() string {
	n := p.disp.params["filename"]
	if n == "" {
		n = p.kind.params["name"]
	}
	return decodeWords(n, p.kind.params["charset"])
}

// text is the leaf's bytes as UTF-8. Only the first limit bytes are decoded.
func (p *part) text(limit int) string {
	raw := p.data[:min(len(p.data), limit)]
	return decodeCharset(p.kind.params["charset"], decodeTransfer(p.encoding, raw))
}
