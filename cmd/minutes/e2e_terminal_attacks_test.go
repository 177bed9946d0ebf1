package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// attacks are texts that command a terminal, fool an eye or break a line, by kind: each once. The figures
// in them (77, 35) are none that the program itself writes.
func attacks() []string {
	var out []string
	add := func(texts ...string) { out = append(out, texts...) }
	for c := rune(0); c <= 0x1f; c++ {
		add(string(c) + "A")
	}
	add("\x7f\x7f\x7f", "good\rEVIL", "good\r\x1b[77KEVIL", "good\b\b\b\bEVIL", "a\r\nb\r\n\r\nnext: rm -rf ~", "a\vb\fc", "a\u2028b\u2029c\u0085d", strings.Repeat("\t", 40)+"far")
	for c := 0x80; c <= 0x9f; c++ {
		add(string(rune(c))+"77m", string([]byte{byte(c)})+"77m") // as UTF-8, and as the byte
	}
	for c := '0'; c <= '~'; c++ {
		if !strings.ContainsRune("[]PX^_\\", c) {
			add("\x1b" + string(c) + "A")
		}
	}
	for c := '@'; c <= '~'; c++ {
		add("\x1b[77;77" + string(c))
	}
	for _, s := range []string{"?1049h", "?1049l", "?25l", "?2004h", "?1003h", "?7l", "?77n", "?5h", ">77c", ">4;2m", "=77u", "<77u", "!p", "77$p", "77\"q", "77 q", "77'z", "8m", "5m", "7;35m", "38;5;77m", "38;2;77;77;77m", "48:5:77m", ";;77;;m", "77", "77;", "\x18m", "\x1b[35m", "7\n7m", "7\u00e97m"} {
		add("\x1b["+s, "\u009b"+s)
	}
	add(endings("\x1b]", "0;owned", "1;owned", "2;owned", "4;1;#777777", "7;file://evil/x", "8;;https://evil.example/77", "8;id=7;javascript:alert(7)", "8;;file:///etc/passwd",
		"9;owned", "10;#777777", "11;?", "12;#777777", "22;pointer", "50;font", "52;c;cm0gLXJmIH4K", "52;p;?", "104", "110", "133;A", "133;D;77", "633;E;rm", "777;notify;a;b", "1337;File=inline=1:AA==",
		"1337;SetMark", "1337;CopyToClipboard=", "5113;ac=send", "99;i=7:d=0;hi", "L77", "")...)
	add(endings("\x1bP", "77q#0;2;0;0;0#0~~", "$qm", "+q544e", "tmux;\x1b\x1b]52;c;eA==\x07", "1000p", "|77/7", "")...)
	add(endings("\x1b_", "Gf=24,s=7,v=7;AAAA", "owned", "")...)
	add(endings("\x1b^", "owned")...)
	add(endings("\x1bX", "owned")...)
	add("\x1b(0lqqk", "\x1b)A", "\x1b#8", "\x1b%G", "\x1b F", "\x1b\x1b[77m", "\x1b", "\x1b[", "\x1b]", "\x1b\xff[77m", "\x1b\u200b[77m", "\x1b\u00ad]0;x\x07")
	for _, r := range []rune{0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x61c} {
		add("gpj" + string(r) + "exe.txt")
	}
	for _, r := range invisible() {
		add("pay" + string(r) + "pal")
	}
	add("hi"+runes(0xe0001, 0xe0041, 0xe0042, 0xe007f), "hi"+span(0xe0020, 0xe007e), "hi"+span(0xfe00, 0xfe0f), "hi"+span(0xe0100, 0xe0140), "❤"+strings.Repeat("\ufe0f", 20), "x"+strings.Repeat("\u200d", 30))
	add("z"+strings.Repeat("\u0301", 100)+"algo", "z"+strings.Repeat("\u0489", 9), "z"+span(0x300, 0x33f), "e"+strings.Repeat("\u20dd", 12), strings.Repeat("\u0301", 7)+"head", "a\n"+strings.Repeat("\u0336", 7))
	// What is no UTF-8: overlong forms of ESC and of C1, surrogates, bytes alone, cut short.
	add("\xc0\x9b[77m", "\xe0\x80\x9b[77m", "\xf0\x80\x80\x9b[77m", "\xe0\x82\x9b77m", "\xed\xa0\x80\xed\xb0\x80", "\xff\xfe\x1b[77m", "\x9b\x9b\x9b77m", "\xf4\x90\x80\x80", "\xc2", "\xe2\x80", "\xf0\x9f\x98")
	// What a decoder on the way may make a control of.
	add("&#27;[77m", "&#x1b;[77m", "&#155;77m", "&#x202e;exe", "&NewLine;next: x", "&Tab;&zwnj;&ZeroWidthSpace;&shy;&rlm;", "%1b[77m%9b77m", "=1B[77m", "=?utf-8?q?=1b[77m?=", "=?utf-8?b?G1s3N20=?=", `\u001b[77m\x1b[77m\033[77m\e[77m`,
		`<img src="http://evil.example/p.gif">`, `![x](http://evil.example/p.gif)`, "`|# * > - [x](javascript:alert(1))", `"><script>alert(1)</script>`, "${jndi:ldap://evil}", "%s%n%d{{.}}", "http://раypal.example/77")
	return out
}

// endings are strings of a terminal, each ended in the four ways there are.
func endings(begin string, bodies ...string) (out []string) {
	for _, b := range bodies {
		out = append(out, begin+b+"\x07after", begin+b+"\x1b\\after", begin+b+"\u009cafter", begin+b)
	}
	c1 := map[string]string{"\x1b]": "\u009d", "\x1bP": "\u0090", "\x1b_": "\u009f", "\x1b^": "\u009e", "\x1bX": "\u0098"}[begin]
	return append(out, c1+bodies[0]+"\u009c", c1+bodies[0]+"\x07", c1+bodies[0])
}

// invisible are characters that nobody sees.
func invisible() []rune {
	return []rune{0xad, 0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x200b, 0x200c, 0x200d, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2065, 0x206a, 0x206f,
		0x3164, 0xfe00, 0xfe0e, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfff9, 0xfffa, 0xfffb, 0xfdd0, 0xfffe, 0xffff, 0x1fffe, 0x10ffff, 0xe000, 0xf8ff, 0xf0000, 0x100000,
		0x13430, 0x1bca0, 0x1d173, 0x1d17a, 0xe0000, 0xe0001, 0xe0020, 0xe007f, 0xe0100, 0xe01ef, 0xe0fff}
}

func runes(rs ...rune) string { return string(rs) }

func span(from, to rune) string {
	var b strings.Builder
	for r := from; r <= to; r++ {
		b.WriteRune(r)
	}
	return b.String()
}

// recorded are the sequences of others, where they are on this machine; those of a length that a field
// takes.
func recorded(t *testing.T) (out []string) {
	for _, f := range connectortest.Corpus(t, "more/term") {
		for line := range strings.Lines(string(connectortest.Read(t, f))) {
			var seq struct{ B64 string }
			if err := json.Unmarshal([]byte(line), &seq); err != nil {
				t.Fatal(err)
			}
			raw, err := base64.StdEncoding.DecodeString(seq.B64)
			if err != nil {
				t.Fatal(err)
			}
			if s := string(raw); s != "" {
				out = append(out, head(s, 400))
			}
		}
	}
	return out
}

// head is the first n bytes of a text, cut between characters.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// sequences are all attacks, ours and others', each once.
func sequences(t *testing.T) []string {
	all := attacks()
	t.Run("recorded", func(t *testing.T) { all = append(all, recorded(t)...) }) // skipped alone
	slices.Sort(all)
	return slices.Compact(all)
}

func TestTheAttacksAreMany(t *testing.T) {
	all := attacks()
	kinds := map[string]int{}
	for _, s := range all {
		for _, r := range s {
			switch {
			case r == 0x1b:
				kinds["esc"]++
			case r < ' ' || r == 0x7f:
				kinds["c0"]++
			case r >= 0x80 && r < 0xa0:
				kinds["c1"]++
			}
		}
		if !utf8.ValidString(s) {
			kinds["no UTF-8"]++
		}
	}
	if len(all) < 500 || kinds["esc"] < 200 || kinds["c1"] < 60 || kinds["c0"] < 60 || kinds["no UTF-8"] < 40 {
		t.Errorf("%d attacks: %v", len(all), fmt.Sprint(kinds))
	}
}
