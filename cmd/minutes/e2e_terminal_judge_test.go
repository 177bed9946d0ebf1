//go:build linux

package main

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// An offence is what reached the terminal and is none of the program's own: the sequence and the field
// whose text stood before it.
type offence struct {
	sequence, field int // -1 where no text stood before
	what            string
}

// A grammar is all that the program itself says to a terminal, learned from a world without malice.
type grammar map[string]bool

// widest is a number that no place on the test's terminals reaches.
const widest = 72

// spoken is what a mark is, less what differs from one time to the next: where the cursor goes.
func spoken(m mark) string {
	switch m.kind {
	case "csi":
		if strings.HasSuffix(m.text, "m") || strings.ContainsAny(m.text, "?><=") {
			return m.text
		}
		places := m.text[2 : len(m.text)-1]
		for n := range strings.SplitSeq(places, ";") {
			if v, err := strconv.Atoi(n); n != "" && (err != nil || v > widest) {
				return m.text
			}
		}
		return "csi " + m.text[len(m.text)-1:]
	case "osc":
		if link, ok := strings.CutPrefix(m.text, "\x1b]8;"); ok {
			params, link, _ := strings.Cut(link, ";")
			link = strings.TrimRight(link, "\x07\x1b\\")
			return "osc " + regexp.MustCompile(`\d+`).ReplaceAllString("\x1b]8;"+params, "N") + ";" + linkedHost(link)
		}
	}
	return m.kind + " " + m.text
}

// linkedHost is the host of a stored link, where it is one: visible ASCII of http or https.
func linkedHost(link string) string {
	u, err := url.Parse(link)
	if link == "" || err != nil || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return link
	}
	return "http://" + regexp.MustCompile(`\d+`).ReplaceAllString(u.Hostname(), "N")
}

func (g grammar) learn(stream []byte) {
	all, _ := marks(stream, false)
	for _, m := range all {
		if m.kind != "text" {
			g[spoken(m)] = true
		}
	}
}

// judge finds all that is not of the grammar, and every character that nobody sees or that falls on
// others. It knows the tables of Unicode, and not what Clean does.
func (g grammar) judge(stream []byte) (out []offence) {
	all, _ := marks(stream, false)
	known := regexp.MustCompile(`q(\d+)f(\d+)`) // how a text begins
	var said []byte                             // the visible text so far
	accuse := func(m mark) {
		o := offence{-1, -1, fmt.Sprintf("%s %+q", m.kind, head(m.text, 60))}
		if found := known.FindAllSubmatch(said[max(0, len(said)-700):], -1); found != nil {
			last := found[len(found)-1]
			o.sequence, _ = strconv.Atoi(string(last[1]))
			o.field, _ = strconv.Atoi(string(last[2]))
		}
		out = append(out, o)
	}
	heap := 0 // marks on one character
	last := rune(0)
	for _, m := range all {
		if m.kind != "text" {
			if m.text != "\n" && !g[spoken(m)] {
				accuse(m)
			}
			if m.kind == "c0" {
				last, heap = 0, 0
				said = append(said, ' ')
			}
			continue
		}
		r, _ := utf8.DecodeRuneInString(m.text)
		if unicode.In(r, unicode.Mn, unicode.Me) {
			heap++
		} else {
			heap = 0
		}
		if fools(r, last) || heap > 4 || heap == 1 && (last == 0 || unicode.IsSpace(last)) {
			accuse(m)
		}
		last = r
		said = append(said, m.text...)
	}
	return out
}

// fools says that nobody sees r, after last.
func fools(r, last rune) bool {
	switch {
	case r == 0x200c || r == 0x200d: // inside words of Persian and of India, and between emoji
		return last < 0x600
	case r == 0xfe0e || r == 0xfe0f: // on what is a sign and an emoji
		return last < 0x203c && !strings.ContainsRune("0123456789#*©®", last)
	case r >= 0x600 && r <= 0x605, r == 0x6dd, r == 0x70f, r == 0x890, r == 0x891, r == 0x8e2, r == 0x110bd, r == 0x110cd:
		return false // drawn around figures
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// harmful says that a text by itself is an offence, if it is printed as it is.
func harmful(text string) bool { return len(grammar{}.judge([]byte("q0f0"+text+"z"))) > 0 }

func TestTheJudgeIsStrict(t *testing.T) {
	g := grammar{}
	g.learn([]byte("\x1b[1mbold\x1b[0m\x1b[12;40H\x1b]8;;https://a.example/1\x07x\x1b]8;;\x07\r\n"))
	for text, fine := range map[string]bool{
		"\x1b[1mq1f2 word\x1b[0m": true, "\x1b[3;7H": true, "\x1b[77;1H": false, "\x1b[35m": false, "\x1b]8;;https://evil.example/\x07": false,
		"\x1b]8;;https://a.example/2\x07": true, "\x1b]8;;https://a.example/\u202e\x07": false, "\x1b[2J": false, "\t": false, "\a": false, "\u009b1m": false, "\xff": false, "\u202e": false, "naïve 日本 👩🏽‍🚀 ❤️": true, "pay\u200dpal": false,
		"e\u0301\u0301\u0301\u0301": true, "e\u0301\u0301\u0301\u0301\u0301": false, " \u0301": false, "می\u200cخواهم": true, "\u3164": false, "\ue000": false, "\x1b]0;x": false,
	} {
		if got := len(g.judge([]byte(text))) == 0; got != fine {
			t.Errorf("%+q: fine %v, want %v", text, got, fine)
		}
	}
	if o := g.judge([]byte("q3f4 one \nq12f5 two \x1b[2J")); len(o) != 1 || o[0].sequence != 12 || o[0].field != 5 {
		t.Errorf("%+v", o)
	}
}
