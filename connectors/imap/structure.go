package imap

import (
	"strconv"
	"strings"
)

// leaf is a part as the server's BODYSTRUCTURE tells of it. Its params are good as long as the
// response is.
type leaf struct {
	path     []int
	size     int64
	kind     string
	encoding string
	params   params
	name     string
	attached bool
}

// structure reads a body and lists its leaves in order. Messages inside the message are files. Leaves
// past the bounds of a message are passed over.
func (t *tokens) structure(path []int, leaves *[]leaf) bool {
	if !t.eat('(') {
		return false
	}
	if t.space(); t.peek() != '(' {
		if len(path) == 0 {
			path = []int{1}
		}
		l, ok := t.leaf(path)
		if ok && len(path) <= maxDepth && len(*leaves) < maxParts {
			*leaves = append(*leaves, l)
		}
		return ok && t.rest()
	}
	for n := 1; t.peek() == '('; n++ {
		if !t.structure(append(path[:len(path):len(path)], n), leaves) {
			return false
		}
		t.space()
	}
	return t.rest()
}

// rest passes over what a list still holds.
func (t *tokens) rest() bool {
	for t.space(); !t.eat(')'); t.space() {
		if !t.skip() {
			return false
		}
	}
	return true
}

// leaf reads the fields of a part that is no multipart, as far as they matter.
func (t *tokens) leaf(path []int) (leaf, bool) {
	var l leaf
	var field [2][]byte
	ok := true
	for i := range field {
		t.space()
		var good bool
		field[i], good = t.text()
		ok = ok && good
	}
	kind, sub := field[0], field[1]
	l.kind = mediaType(kind, sub)
	ok = ok && t.params(&l.params)
	t.space()
	id, good := t.text()
	ok = ok && good
	t.space()
	ok = ok && t.skip() // a description
	t.space()
	encoding, good := t.text()
	ok = ok && good
	t.space()
	size, good := t.text()
	if !ok || !good {
		return l, false
	}
	l.path = path
	l.encoding = encodingNamed(encoding)
	n, err := strconv.ParseInt(string(size), 10, 64)
	if l.size = max(n, 0); err != nil && len(size) > 0 {
		return l, false
	}
	disposition, file, ok := t.extension(strings.HasPrefix(l.kind, "text/"), l.kind == "message/rfc822" || l.kind == "message/global")
	l.name = or(file, l.params.get("name"))
	l.classify(disposition, len(id) > 0)
	return l, ok
}

// mediaType is "text/plain" and its like without a copy for the common ones.
func mediaType(kind, sub []byte) string {
	if strings.EqualFold(string(kind), "text") { // compared in place
		switch {
		case strings.EqualFold(string(sub), "plain"):
			return "text/plain"
		case strings.EqualFold(string(sub), "html"):
			return "text/html"
		}
	}
	return strings.ToLower(string(kind) + "/" + string(sub))
}

func encodingNamed(b []byte) string {
	switch string(b) { // compared in place
	case "", "7bit", "7BIT":
		return "7bit"
	case "quoted-printable", "QUOTED-PRINTABLE":
		return "quoted-printable"
	case "base64", "BASE64":
		return "base64"
	}
	return strings.ToLower(string(b))
}

// extension reads what follows a part's size: lines of a text, the inside of a message, then hash and
// disposition. Servers leave out any of them.
func (t *tokens) extension(text, message bool) (disposition, file string, ok bool) {
	t.space()
	switch {
	case message && t.peek() == '(':
		for range 3 { // envelope, structure, lines
			if t.space(); t.peek() != ')' && !t.skip() {
				return "", "", false
			}
		}
	case text && t.peek() != ')':
		if !t.skip() {
			return "", "", false
		}
	}
	if t.space(); t.peek() == ')' {
		return "", "", true
	}
	if !t.skip() { // MD5
		return "", "", false
	}
	if t.space(); t.peek() != '(' {
		return "", "", true
	}
	t.eat('(')
	t.space()
	value, ok := t.text()
	var ps params
	if ok = ok && t.params(&ps) && t.rest(); !ok {
		return "", "", false
	}
	return strings.ToLower(string(value)), ps.get("filename"), true
}

// params are the parameters of a part, names as the server writes them.
type params []param

type param struct{ key, value []byte }

// get is the value of key. Dovecot and others hand on RFC 2231's forms ("filename*0*") as the mail has
// them.
func (ps params) get(key string) string {
	plain := ""
	for _, p := range ps {
		if k := string(p.key); strings.EqualFold(k, key) {
			plain = or(plain, string(p.value))
		} else if base, _, star := strings.Cut(k, "*"); star && strings.EqualFold(base, key) {
			return ps.table()[strings.ToLower(key)]
		}
	}
	return plain
}

func (ps params) table() map[string]string {
	if len(ps) == 0 {
		return nil
	}
	out := make(map[string]string, len(ps))
	var pieces []piece
	for _, p := range ps {
		k, v := strings.ToLower(string(p.key)), string(p.value)
		if base, _, star := strings.Cut(k, "*"); star {
			pieces = append(pieces, piece{base, k[len(base):], v})
		} else {
			out[k] = v
		}
	}
	joinPieces(out, pieces)
	return out
}

func (t *tokens) params(into *params) bool {
	t.space()
	if !t.eat('(') {
		return t.peek() != ')' && t.skip() // NIL
	}
	for t.space(); !t.eat(')'); t.space() {
		k, ok1 := t.text()
		t.space()
		if t.peek() == ')' {
			return false
		}
		v, ok2 := t.text()
		if !ok1 || !ok2 {
			return false
		}
		if len(*into) < 100 {
			*into = append(*into, param{k, v})
		}
	}
	return true
}

// classify decides whether the leaf is a file. pictured says that the text may refer to it.
func (l *leaf) classify(disposition string, pictured bool) {
	text := strings.HasPrefix(l.kind, "text/")
	switch {
	case disposition == "attachment", !text && l.name != "":
		l.attached = disposition == "attachment" || !strings.HasPrefix(l.kind, "image/") || !pictured
	case l.kind == "message/rfc822":
		l.attached, l.name = true, "attached message"
	case l.kind == "application/ms-tnef":
		l.attached, l.name = true, "winmail.dat"
	}
	if signature(l.kind) {
		l.attached = false
	}
	if l.attached && l.name == "" {
		l.name = "unnamed file"
	}
}

func signature(kind string) bool {
	switch kind {
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-encrypted":
		return true
	}
	return false
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
