package secret

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// shortest is the length from which a value is hidden: to hide every "a" tells what the password is.
const shortest = 4

// Redact hides the values in s: as they are, as a URL, JSON, Go or HTML writes them, in hex and in
// base64, in the middle of it too (a header has it of name and password together).
func Redact(s string, values ...string) string {
	longest := slices.Clone(values)
	for _, v := range values { // as a protocol quotes it, and that written in any of these ways
		if quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v); quoted != v && len(v) >= shortest {
			longest = append(longest, quoted)
		}
	}
	slices.SortFunc(longest, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // one may be inside another
	var codes []string
	for _, v := range longest {
		if len(v) >= shortest {
			s = hidePlain(s, v)
			codes = append(codes, coded(v)...)
		}
	}
	if len(codes) == 0 {
		return s
	}
	return strings.NewReplacer(codes...).Replace(s)
}

// hidePlain hides v where each of its letters stands for itself or is escaped in some way.
func hidePlain(s, v string) string {
	var out strings.Builder
	from := 0
	for i := 0; i < len(s); {
		if s[i] == v[0] || strings.IndexByte(`%\&+`, s[i]) >= 0 {
			if n := max(spelled(s[i:], v, true), spelled(s[i:], v, false)); n > 0 {
				out.WriteString(s[from:i])
				out.WriteString("[secret]")
				i += n
				from = i
				continue
			}
		}
		i++
	}
	if from == 0 {
		return s
	}
	return out.String() + s[from:]
}

// spelled is how much of the beginning of s spells v, 0 if it does not. A letter that begins an escape is
// taken for one, or for itself where plain is set: v may hold such letters.
func spelled(s, v string, plain bool) int {
	i := 0
	for v != "" {
		if i >= len(s) {
			return 0
		}
		letters, n := escape(s[i:], v)
		switch {
		case s[i] == v[0] && (plain || n == 0):
			i, v = i+1, v[1:]
		case n > 0:
			i, v = i+n, v[letters:]
		default:
			return 0
		}
	}
	return i
}

// escape is the length of an escape at the beginning of s, and of what it stands for at the beginning of
// v; 0 if there is none for that.
func escape(s, v string) (letters, n int) {
	switch s[0] {
	case '+':
		return stands(" ", v, 1)
	case '%':
		return percent(s, v)
	case '&':
		if end := strings.IndexByte(s[:min(len(s), 10)], ';'); end > 0 {
			return stands(html.UnescapeString(s[:end+1]), v, end+1)
		}
	case '\\':
		return backslash(s, v)
	}
	return 0, 0
}

// stands is escape's answer for one of length n that stands for letter.
func stands(letter, v string, n int) (int, int) {
	if !strings.HasPrefix(v, letter) {
		return 0, 0
	}
	return len(letter), n
}

// percent also takes what was escaped more than once: %25 before each time.
func percent(s, v string) (letters, n int) {
	deepest := 1
	for deepest < 9 && strings.HasPrefix(s[deepest:], "25") {
		deepest += 2
	}
	for at := deepest; at > 0; at -= 2 {
		b, ok := number(s, at, 2)
		if !ok {
			continue
		}
		if letters, n = stands(string([]byte{byte(b)}), v, at+2); n > 0 {
			return letters, n
		}
		if b == '+' { // a space, and that escaped
			if letters, n = stands(" ", v, at+2); n > 0 {
				return letters, n
			}
		}
	}
	return 0, 0
}

func backslash(s, v string) (letters, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case 'u':
		if r, ok := number(s, 2, 4); ok {
			if low, two := number(s, 8, 4); two && s[6:8] == `\u` && utf16.IsSurrogate(rune(r)) {
				return stands(string(utf16.DecodeRune(rune(r), rune(low))), v, 12)
			}
			return stands(string(rune(r)), v, 6)
		}
	case 'U':
		if r, ok := number(s, 2, 8); ok {
			return stands(string(rune(r)), v, 10)
		}
	case 'x':
		if b, ok := number(s, 2, 2); ok {
			return stands(string([]byte{byte(b)}), v, 4)
		}
	case 't':
		return stands("\t", v, 2)
	case '\\', '"', '/', '\'':
		return stands(s[1:2], v, 2)
	}
	return 0, 0
}

// number reads digits hexadecimal digits of s at from.
func number(s string, from, digits int) (int, bool) {
	if len(s) < from+digits {
		return 0, false
	}
	n, err := strconv.ParseUint(s[from:from+digits], 16, 32)
	return int(n), err == nil
}

// coded are other ways to write v, each with its replacement: those that show none of its letters, and those
// that spelled may mistake where v itself looks like an escape.
func coded(v string) []string {
	j, _ := json.Marshal(v)
	j, _ = json.Marshal(string(j[1 : len(j)-1]))
	digits := hex.EncodeToString([]byte(v))
	all := []string{html.EscapeString(v), string(j[1 : len(j)-1]), digits, strings.ToUpper(digits)}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 { // the letters in front shift what comes out
			text := e.EncodeToString(append(make([]byte, before), v...))
			all = append(all, text[(before*8+5)/6:(before+len(v))*8/6])
		}
	}
	var out []string
	for _, c := range all {
		if len(c) > shortest {
			out = append(out, c, "[secret]")
		}
	}
	return out
}
