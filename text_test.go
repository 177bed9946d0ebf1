package minutes

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestCleanLeavesNothingThatCommandsATerminal(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                             "plain",
		"a\x1b[31mred\x1b[0m":               "a[31mred[0m",
		"\x1b]0;title\x07x":                 "]0;titlex",
		"\u009b2Jx":                         "2Jx",
		"abc\u202egnp.exe":                  "abcgnp.exe",
		"one\r\ntwo\rthree":                 "one\ntwo\nthree",
		"tag\U000e0041\U000e0042":           "tag",
		"zero\u200bwidth\ufeff":             "zerowidth",
		"z\u0301\u0301\u0301\u0301\u0301ot": "z\u0301\u0301\u0301\u0301ot",
		"\u0301falls on what is before":     "falls on what is before",
		"a \u0301b\n\u0301c\u00a0\u0301d":   "a b\nc\u00a0d",
		"\u202e\u0301x":                     "x",
		"smuggled\ufe01\ufe0f\ufe0e":        "smuggled",
		"\ufe0fx\u180bx":                    "xx",
		"hidden\U000e0100\U00013430":        "hidden",
		"bad\xffbyte":                       "bad\ufffdbyte",
		"naïve café 日本語 👩‍👩‍👧":              "naïve café 日本語 👩‍👩‍👧",
		"a\x00b\x7fc":                       "abc",
	} {
		if got := Clean(in).String(); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

// A joiner is kept where a script or an emoji needs it and dropped where nobody could see it.
func TestJoinersStayWhereTheyShapeText(t *testing.T) {
	for in, want := range map[string]string{
		"می\u200cخواهم":                 "می\u200cخواهم", // Persian: without it this is another word
		"क्\u200dष क्\u200cष":           "क्\u200dष क्\u200cष",
		"👩\u200d🚀 👩🏽\u200d⚕\ufe0f":      "👩\u200d🚀 👩🏽\u200d⚕\ufe0f",
		"❤\ufe0f\u200d🔥":                "❤\ufe0f\u200d🔥",
		"🇩🇪 🇫🇷":                         "🇩🇪 🇫🇷",
		"1\ufe0f\u20e3 ©\ufe0f ☎\ufe0e": "1\ufe0f\u20e3 ©\ufe0f ☎\ufe0e",
		"❤\ufe0f\ufe0f\ufe0e":           "❤\ufe0f",
		"ᠠ\u180b\u180c":                 "ᠠ\u180b", // a Mongolian letter in its second form
		"نً สวัสดี नमस्ते ả\u0323":      "نً สวัสดี नमस्ते ả\u0323",
		"pay\u200dpal pa\u200cypal":     "paypal paypal",
		"👩\u200d\u200d\u200d🚀":          "👩\u200d🚀",
		"👩\u200d bare":                  "👩 bare",
		"👩\u200d":                       "👩",
		"می\u200c\u200c\u200cx":         "می\u200cx",
		"\u200cx\u200d":                 "x",
		"a\u200d\u0301":                 "a\u0301",
	} {
		got := Clean(in)
		if got.String() != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", in, got, want)
		}
		if again := Clean(got.String()); again != got {
			t.Errorf("cleaning twice changes %+q to %+q", got, again)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a\x1b[0m", "\u202e\r\n", "é\u0301\u0301\u0301\u0301\u0301", "\xff\xfe", "👩\u200d\u200c\u200d🚀ی\u200c\u200d\u0301", "\u0301 \u0301\ufe0f❤\ufe0f\u200d\ufe0e🔥\ufe0e\ufe0f1\ufe0f\u20e3ᠠ\u180b\u180c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c.String()) {
			t.Fatalf("invalid UTF-8 from %q", s)
		}
		if again := Clean(c.String()); again != c {
			t.Fatalf("cleaning twice changes %q to %q", c, again)
		}
		for _, r := range c.String() {
			if dropped(r) || r == '\r' {
				t.Fatalf("%U survives in %q", r, c)
			}
		}
		if l := c.Line().String(); strings.ContainsAny(l, "\n\t") || l != strings.TrimSpace(l) {
			t.Fatalf("%q is not one line", l)
		}
		if utf8.RuneCountInString(c.Cut(10).String()) > 10 {
			t.Fatalf("cut too long: %q", c.Cut(10))
		}
	})
}

func TestSafeIsCleanedByEveryDecoder(t *testing.T) {
	var s Safe
	if err := json.Unmarshal([]byte(`"a\u001b[0mb\u202e"`), &s); err != nil || s.String() != "a[0mb" {
		t.Errorf("JSON: %q, %v", s, err)
	}
	_ = s.UnmarshalText([]byte("x\x1by"))
	if s.String() != "xy" {
		t.Errorf("text: %q", s)
	}
	_ = s.GobDecode([]byte("x\x9by"))
	if strings.ContainsRune(s.String(), 0x9b) {
		t.Errorf("gob: %q", s)
	}
}

func TestASecretNeverPrints(t *testing.T) {
	s := NewSecret("hunter2")
	j, _ := json.Marshal(map[string]any{"password": s, "in": struct{ S Secret }{s}})
	for _, out := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %q %s %x", s, s, s, s, s, s), fmt.Sprintf("%#v", struct{ S Secret }{s}), string(j)} {
		if strings.Contains(out, "hunter2") || strings.Contains(out, "68756e") {
			t.Errorf("the secret shows: %s", out)
		}
	}
}

func TestTheZeroLabelIsPrivateAndUntrusted(t *testing.T) {
	if (Label{}).Trusted() || (Label{}).Join(Label{Class: Public, Origin: FromUser}).Class != Private {
		t.Error("the zero label must be private and untrusted")
	}
	l := Label{Class: Public, Origin: FromConfig}.Join(Label{Class: Private, Origin: FromMail})
	if l.Class != Private || l.Trusted() || l.Origin != FromConfig|FromMail {
		t.Errorf("join: %+v", l)
	}
}

func TestDurationsTakeDays(t *testing.T) {
	for in, want := range map[string]string{"90d": "90d", "36h": "36h", "1d12h": "36h", "1h30m": "1h30m", "48h": "2d", "90s": "1m30s", "2y": "730d", "1y30d": "395d", "1y12h": "8772h"} {
		var d Duration
		if err := d.UnmarshalText([]byte(in)); err != nil || d.String() != want {
			t.Errorf("%s: %s, %v; want %s", in, d, err, want)
		}
	}
	for _, bad := range []string{"", "d", "-1d", "x", "5", "99999999d", "-3h", "y", "200y", "NaNd", "1d1y", "36500d2562047h"} {
		var d Duration
		if err := d.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q passed as %s", bad, d)
		}
	}
}

func TestArgvIsSplitAsAShellWouldWithoutOne(t *testing.T) {
	for in, want := range map[string][]string{
		`pass show mail`:        {"pass", "show", "mail"},
		`sh -c 'echo $HOME'`:    {"sh", "-c", "echo $HOME"},
		`a "b c" d\ e ''`:       {"a", "b c", "d e", ""},
		"  spaced\tout  ":       {"spaced", "out"},
		`x "quote \" in" 'b\n'`: {"x", `quote " in`, `b\n`},
	} {
		var a Argv
		if err := a.UnmarshalText([]byte(in)); err != nil || fmt.Sprintf("%q", []string(a)) != fmt.Sprintf("%q", want) {
			t.Errorf("%s: %q, %v", in, a, err)
		}
	}
	var a Argv
	if err := a.UnmarshalText([]byte(`open "quote`)); err == nil {
		t.Error("an open quote passed")
	}
}

func TestOnlyWebAddressesBecomeLinks(t *testing.T) {
	for in, ok := range map[string]bool{
		"https://example.org/a?b=c": true, "http://example.org": true, " https://example.org ": true,
		"javascript:alert(1)": false, "file:///etc/passwd": false, "data:text/html,x": false, "//example.org": false,
		"https://user:pw@example.org": false, "mailto:a@b": false, "-https://x": false, "https://": false, "": false,
	} {
		if got := WebURL(in) != ""; got != ok {
			t.Errorf("WebURL(%q) = %q", in, WebURL(in))
		}
	}
}

func TestAHintTravelsWithItsError(t *testing.T) {
	err := fmt.Errorf("imap: login: %w", WithHint(ErrAuth, "check the password"))
	if Hint(err) != "check the password" || Hint(ErrAuth) != "" || WithHint(nil, "x") != nil {
		t.Error("hints do not travel")
	}
}

func TestCutCountsRunes(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"日本語の見出し", 7, "日本語の見出し"}, {"日本語の見出し", 4, "日本語…"}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"one two three", 9, "one two…"}, {"x", 0, ""}} {
		if got := Clean(c.in).Cut(c.n).String(); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// Line does without the copies of the library's functions, and is held to them here.
func TestALineIsItsFieldsJoined(t *testing.T) {
	pieces := []string{"", " ", "  ", "\n", "\t \n", "a", "ab", "é", "日本", "\u00a0", "\u3000", "\u2003", "\u1680", "\u202f", "\u2013", "â"}
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				for _, d := range pieces {
					s := Clean(a + b + c + d)
					if got, want := s.Line().String(), strings.Join(strings.Fields(s.String()), " "); got != want {
						t.Fatalf("%q became %q, want %q", s.String(), got, want)
					}
				}
			}
		}
	}
}

// Eight bytes at a time or one: each byte stops it wherever it stands.
func TestEveryByteIsLookedAt(t *testing.T) {
	for at := range 20 {
		for c := range 256 {
			s := []byte("twenty plain letters")
			s[at] = byte(c)
			want := 20
			if c != '\n' && c != '\t' && (c < ' ' || c >= 0x7f) {
				want = at
			}
			if got := plainTo(string(s)); got != want {
				t.Fatalf("%#x at %d: %d, want %d", c, at, got, want)
			}
		}
	}
}

// Every character there is, held against the tables of Unicode and not against Clean's own: what no
// reader can see goes, what a reader can see stays.
func TestEveryCharacterIsSeenOrGone(t *testing.T) {
	hidden := []*unicode.RangeTable{unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector}
	// Signs over numbers in Arabic, Syriac and Kaithi are format characters that are drawn.
	drawn := func(r rune) bool {
		return r >= 0x600 && r <= 0x605 || r == 0x6dd || r == 0x70f || r == 0x890 || r == 0x891 || r == 0x8e2 || r == 0x110bd || r == 0x110cd
	}
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r <= 0xdfff || r == '\n' || r == '\t' {
			continue
		}
		got := Clean("a" + string(r) + "b").String()
		switch {
		case drawn(r), unicode.IsGraphic(r) && !unicode.In(r, hidden...):
			if got != "a"+string(r)+"b" {
				t.Errorf("%U is gone", r)
			}
		case unicode.In(r, hidden...):
			if n++; got != "ab" && got != "a\nb" {
				t.Errorf("%U is left: %+q", r, got)
			}
		}
	}
	if n < 130_000 {
		t.Errorf("%d hidden characters were tried", n)
	}
}
