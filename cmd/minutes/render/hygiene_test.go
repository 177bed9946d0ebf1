package render

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// poison puts s into every text below v, Safe or not, and an element into every list.
func poison(v reflect.Value, s string, depth int) {
	if safe, ok := v.Addr().Interface().(*minutes.Safe); ok {
		*safe = minutes.Clean(s)
		return
	}
	if at, ok := v.Addr().Interface().(*time.Time); ok {
		*at = time.Date(2026, 3, 10, 7, 0, 0, 0, time.UTC)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			poison(v.Elem(), s, depth-1)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			for i := range 2 {
				poison(v.Index(i), s, depth-1)
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i), s, depth)
			}
		}
	}
}

// poisons are what an enemy would put into every field.
func poisons() []string {
	return []string{
		"x\x1b[31m\x1b]0;t\x07\u009b2J\u202eabc\r\nY\x7f\U000e0041",
		"\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
		`https://ok.example/?a>) ![i](http://evil.example/p.gif) <script>alert(1)</script> "onclick="x`,
		"# h\n- [ ] x | y `code` www.evil.example http://evil.example ![a](b) [a](javascript:alert(1)) &lt; <img src=x>",
		"1. one", "- dash", "+ plus", "===", "> quote", "```", "$x$", "\\", "",
	}
}

func TestNoFieldWhateverItsTypeCommandsATerminalOrAPage(t *testing.T) {
	escapes := regexp.MustCompile(`\\.`)
	link := regexp.MustCompile(`\[[^\]]*\]\(<[^>]*>\)`)
	for _, s := range poisons() {
		b := sample()
		poison(reflect.ValueOf(&b).Elem(), s, 6)
		for i := range b.Actions {
			b.Actions[i].Status, b.Actions[i].Owner = "open", []string{"me", "them"}[i]
		}
		for i := range b.Sources {
			b.Sources[i].Status = []string{"failed", "partial"}[i]
		}
		for name, out := range formats(t, b) {
			if name == "terminal" {
				out = ansi.Strip(out)
			}
			for _, r := range out {
				if r != '\n' && !shown(r) {
					t.Errorf("%q: %s: %U in the output", s, name, r)
					break
				}
			}
			if !utf8.ValidString(out) {
				t.Errorf("%q: %s is no UTF-8", s, name)
			}
		}
		page := formats(t, b)["html"]
		tags := regexp.MustCompile(`<[a-zA-Z/!][^>]*>`).FindAllString(page, -1)
		for _, tag := range tags {
			if !regexp.MustCompile(`^</?(!doctype|html|head|meta|title|style|body|h1|h2|ol|ul|li|p|small|strong|span|time|br|a)\b`).MatchString(tag) || strings.Contains(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(tag, ""), "onclick") {
				t.Errorf("%q: html has %s", s, tag)
			}
		}
		md := escapes.ReplaceAllString(formats(t, b)["markdown"], "")
		md = link.ReplaceAllString(md, "")
		for _, bad := range []string{"](", "<script", "<img", "http://", "https://", "www.", "`", "\n1. one"} {
			if strings.Contains(md, bad) {
				t.Errorf("%q: markdown has %q unescaped:\n%s", s, bad, md)
			}
		}
	}
}

func TestJSONHasNoNullListAndKeepsIDs(t *testing.T) {
	var w bytes.Buffer
	if err := JSON(&w, minutes.Brief{Sections: []minutes.Section{{Items: []minutes.Scored{{Item: minutes.Item{ID: "mail:\u202ex\u009b\U000e0041", Mail: &minutes.Mail{}}}}}}}); err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(w.String()) {
		if strings.Contains(l, "null") {
			t.Errorf("%s", l)
		}
	}
	var back minutes.Brief
	if err := json.Unmarshal(w.Bytes(), &back); err != nil || back.Sections[0].Items[0].ID != "mail:\u202ex\u009b\U000e0041" {
		t.Errorf("%q, %v", back.Sections[0].Items[0].ID, err)
	}
	var one bytes.Buffer
	if err := Line(&one, minutes.Item{Title: minutes.Clean("a\nb")}); err != nil || strings.Count(one.String(), "\n") != 1 || strings.Contains(one.String(), "null") {
		t.Errorf("%s, %v", one.String(), err)
	}
}

func TestPrintingChangesNothing(t *testing.T) {
	b := sample()
	b.Sections[0].Items[0].Tags = nil
	_ = JSON(&bytes.Buffer{}, b)
	if b.Sections[0].Items[0].Tags != nil {
		t.Error("the brief was changed by printing it")
	}
}

// A link that wraps must not underline the margin, nor leave its style open.
func TestStylesAndLinksEndWithTheirLine(t *testing.T) {
	b := sample()
	b.Sections[0].Lines[0].Text = minutes.Clean(strings.Repeat("a long line that wraps ", 12))
	var w bytes.Buffer
	if err := Plain(&w, b, Options{Width: 40, Hours: 24, Color: true, Links: true}); err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(w.String()) {
		opened := strings.Count(l, "\x1b]8;;http")
		closed := strings.Count(l, "\x1b]8;;\x1b\\") + strings.Count(l, "\x1b]8;;\x07")
		if opened != closed {
			t.Errorf("%d links opened, %d closed: %q", opened, closed, l)
		}
		if i := strings.LastIndex(l, "\x1b["); i >= 0 && !strings.HasPrefix(l[i:], "\x1b[m") && !strings.HasPrefix(l[i:], "\x1b[0m") {
			t.Errorf("a style stays open: %q", l)
		}
	}
}

func TestWithoutColourThereIsNothingButWords(t *testing.T) {
	b := sample()
	b.Sections[0].Items[0].Quote = &minutes.Quote{Closes: []float64{1, 2, 3}}
	var w bytes.Buffer
	if err := Plain(&w, b, Options{Width: 80, Hours: 24, Links: true}); err != nil {
		t.Fatal(err)
	}
	if s := w.String(); strings.ContainsAny(s, "\x1b▁▂▃▄▅▆▇█─│┌┐└┘├┤┬┴┼═║╭╮╰╯") {
		t.Errorf("%q", s)
	}
}

func FuzzMarkdownEscape(f *testing.F) {
	for _, s := range poisons() {
		f.Add(s)
	}
	escapes := regexp.MustCompile(`\\.`)
	f.Fuzz(func(t *testing.T, s string) {
		in := minutes.Clean(s)
		out := escape(in)
		// What is escaped must say the same as before.
		back := regexp.MustCompile(`\\([^\\]|\\)`).ReplaceAllString(out, "$1")
		if back != in.Line().String() {
			t.Fatalf("%q became %q", in.Line(), back)
		}
		bare := escapes.ReplaceAllString(out, "§")
		if strings.ContainsAny(bare, "\\`*_{}[]<>#!|~&$^") || strings.Contains(bare, "://") || strings.Contains(strings.ToLower(bare), "www.") {
			t.Fatalf("%q leaves %q bare", in.Line(), bare)
		}
	})
}
