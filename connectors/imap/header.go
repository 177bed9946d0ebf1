package imap

import (
	"bytes"
	"strconv"
	"strings"
)

// maxHeader bounds a header block, of the message and of each part: what is beyond is not read.
const maxHeader = 64 << 10

// maxFields bounds the fields of one block: a header of 64 KiB of "a:" lines is nobody's mail.
const maxFields = 2000

// A header is the fields of one block, in order. Keys are lower case; values are unfolded raw
// bytes, neither decoded nor cleaned.
type header []field

type field struct{ key, value string }

// get is the first field of that name, or "".
func (h header) get(key string) string {
	for _, f := range h {
		if f.key == key {
			return f.value
		}
	}
	return ""
}

// all joins every field of that name: To and Cc come doubled in the wild.
func (h header) all(key string) string {
	var vs []string
	for _, f := range h {
		if f.key == key {
			vs = append(vs, f.value)
		}
	}
	return strings.Join(vs, ", ")
}

// has says whether a field of that name is there, even empty.
func (h header) has(key string) bool {
	for _, f := range h {
		if f.key == key {
			return true
		}
	}
	return false
}

// splitHeader parts a header block from what follows it. It takes what real mail has: an mbox
// line first, lines without a colon, no blank line before the body, LF or CR LF.
func splitHeader(b []byte) (header, []byte) {
	var h header
	var key string
	var value []byte // of the field under way
	keep := func() {
		if key != "" && len(h) < maxFields {
			h = append(h, field{key, string(value)})
		}
		key, value = "", nil
	}
	read := 0
	for first := true; len(b) > 0; first = false {
		line, rest := cutLine(b)
		room := max(0, min(len(line), maxHeader-read))
		switch {
		case len(line) == 0:
			keep()
			return h, rest
		case (line[0] == ' ' || line[0] == '\t') && key != "":
			value = append(append(value, ' '), bytes.TrimSpace(line[:room])...)
		case first && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))):
		default:
			k, v, ok := cutField(line)
			if !ok {
				// Not a field. If more fields follow it was junk among them, else the body has begun.
				if next, _ := cutLine(rest); len(next) == 0 || !headerish(next) {
					keep()
					return h, b
				}
				break
			}
			keep()
			if read < maxHeader {
				key, value = k, bytes.TrimSpace(v[:min(len(v), room)])
				value = value[:len(value):len(value)] // a folded line is appended to a copy
			}
		}
		read += len(line) + 2
		b = rest
	}
	keep()
	return h, nil
}

// headerish says whether line, which is not empty, may stand in a header.
func headerish(line []byte) bool {
	if line[0] == ' ' || line[0] == '\t' {
		return true
	}
	_, _, ok := cutField(line)
	return ok
}

// cutField parts "Name: value"; names are printable ASCII without space, of sane length.
func cutField(line []byte) (key string, value []byte, ok bool) {
	i := bytes.IndexByte(line[:min(len(line), 80)], ':')
	if i <= 0 {
		return "", nil, false
	}
	name := bytes.TrimRight(line[:i], " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	return fieldName(name), line[i+1:], len(name) > 0
}

// fieldName is a name in lower case. Those that are read here cost no memory.
func fieldName(name []byte) string {
	var low [32]byte
	if len(name) > len(low) {
		return strings.ToLower(string(name))
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	switch s := low[:len(name)]; string(s) { // compared in place
	case "content-type":
		return "content-type"
	case "content-transfer-encoding":
		return "content-transfer-encoding"
	case "content-disposition":
		return "content-disposition"
	case "from":
		return "from"
	case "to":
		return "to"
	case "subject":
		return "subject"
	case "date":
		return "date"
	case "message-id":
		return "message-id"
	case "mime-version":
		return "mime-version"
	case "references":
		return "references"
	default:
		return string(s)
	}
}

// cutLine parts the first line, without its end, from the rest.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte("\r")), nil
	}
	return bytes.TrimSuffix(b[:i], []byte("\r")), b[i+1:]
}

// media is a Content-Type or Content-Disposition: the value and its parameters, both decoded.
type media struct {
	value  string // lower case
	params map[string]string
}

// parseMedia reads a structured field leniently: parameters unquoted, doubled (the first wins),
// after double semicolons, and RFC 2231's forms with any charset.
func parseMedia(s string) media {
	value, rest, _ := strings.Cut(s, ";")
	m := media{value: strings.ToLower(strings.Trim(strings.TrimSpace(value), `"'`)), params: map[string]string{}}
	var pieces []piece
	for len(rest) > 0 && len(pieces) < 200 {
		var p string
		p, rest = cutParam(rest)
		k, v, ok := strings.Cut(p, "=")
		k = strings.ToLower(strings.TrimSpace(k))
		if !ok || k == "" {
			continue
		}
		v = unquote(strings.TrimSpace(v))
		if base, _, star := strings.Cut(k, "*"); star {
			pieces = append(pieces, piece{base, k[len(base):], v})
		} else if _, dup := m.params[k]; !dup {
			m.params[k] = v
		}
	}
	joinPieces(m.params, pieces)
	return m
}

// cutParam parts the first parameter from the rest: a semicolon inside quotes does not end it.
func cutParam(s string) (param, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if quoted {
				i++
			}
		case '"':
			quoted = !quoted
		case ';':
			if !quoted {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

// unquote takes off quotes and the backslashes inside them. A comment after a bare token goes too.
func unquote(s string) string {
	if len(s) == 0 || s[0] != '"' {
		if i := strings.Index(s, " ("); i > 0 {
			s = s[:i]
		}
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// piece is one RFC 2231 parameter: name*0*= and its like.
type piece struct{ base, star, value string }

// joinPieces puts split and encoded parameters together and lets them win over a plain one. It is
// quadratic in the pieces, of which parseMedia lets 200 through.
func joinPieces(params map[string]string, pieces []piece) {
	type joined struct {
		charset string
		raw     []byte
		encoded bool
	}
	got := map[string]*joined{}
	for n := range len(pieces) + 1 {
		for _, p := range pieces {
			num := strings.Trim(p.star, "*")
			if num != strconv.Itoa(n) && (num != "" || n != 0) {
				continue
			}
			j := got[p.base]
			if j == nil {
				j = &joined{}
				got[p.base] = j
			}
			v := p.value
			if strings.HasSuffix(p.star, "*") {
				if !j.encoded {
					if parts := strings.SplitN(v, "'", 3); len(parts) == 3 {
						j.charset, v = parts[0], parts[2]
					}
				}
				j.encoded = true
				j.raw = append(j.raw, unpercent(v)...)
			} else {
				j.raw = append(j.raw, v...)
			}
		}
	}
	for k, j := range got {
		if j.encoded {
			params[k] = decodeCharset(j.charset, j.raw)
		} else {
			params[k] = string(j.raw)
		}
	}
}

func unpercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			out = append(out, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
