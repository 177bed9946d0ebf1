package htmltext

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTextIsWhatAReaderSees(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                       "plain",
		"  two   spaces ":                             "two spaces",
		"<p>one<p>two</p>three":                       "one\n\ntwo\n\nthree",
		"<div>a</div><div>b</div>":                    "a\nb",
		"a<br>b<br/><br>c":                            "a\nb\n\nc",
		"<b>bo</b>ld <i>it</i>":                       "bold it",
		"AT&amp;T &nbsp; x":                           "AT&T \u00a0 x",
		"Tom & Jerry &unknown;":                       "Tom & Jerry &unknown;",
		"<ul><li>a<li>b<ul><li>c</ul></ul>end":        "- a\n- b\n  - c\n\nend",
		"<ol><li>a</li><li>b</li></ol>":               "1. a\n2. b",
		"<ol start=3><li>a</ol>":                      "3. a",
		"<ul><li><p>a</p></li><li><p>b</p></li></ul>": "- a\n- b",
		"<table><tr><td>a<td>b<tr><td>c</table>":      "a b\nc",
		"<pre>x\n  y\n\nz</pre>":                      "x\n  y\n\nz",
		"a<script>var x='</p>'</script>b":             "ab",
		"a<style>p{}</style><!-- c -->b":              "ab",
		"<noscript>no</noscript><svg><text>t</text></svg><math><mi>x</mi></math>ok":              "ok",
		`<a href="https://e.org/x">link</a>`:                                                     "link",
		`<a href="https://example.com/long/path/page.html">https://example.com/long/pa...</a> x`: "https://example.com/long/path/page.html x",
		`see <img src="https://t.example/1.gif" alt="tracker">this`:                              "see this",
		"<h1>T</h1><p>x</p>": "T\n\nx",
		"a < b and c > d":    "a < b and c > d",
		"":                   "",
	} {
		if got := Text(in, 0); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestHiddenTextStaysHidden(t *testing.T) {
	for _, in := range []string{
		`<div style="display:none">SECRET</div>seen`,
		`<div style="DISPLAY : none !important; color:red">SECRET</div>seen`,
		`<span style="dis/**/play:none">SECRET</span>seen`,
		`<p style="visibility: hidden">SECRET</p><p>seen`,
		`<p style="opacity:0.0">SECRET<p>seen`,
		`<span style="font-size:0px">SECRET</span>seen`,
		`<span style="font-size:1px;color:#fff">SECRET</span>seen`,
		`<div style="max-height:0;overflow:hidden">SECRET</div>seen`,
		`<div style="mso-hide:all">SECRET</div>seen`,
		`<div style="position:absolute;left:-9999px">SECRET</div>seen`,
		`<div hidden>SECRET<div>SECRET</div>SECRET</div>seen`,
		`<div hidden><b>SECRET</div></b>seen`,
		`<b><p hidden></b>SECRET</p>seen`,
		`<span><div hidden></span>SECRET</div>seen`,
		`<table><tr><td hidden>SECRET<td>seen</table>`,
		`<td><div hidden>SECRET</td><td>seen</td>`,
		`<ul><li hidden>SECRET<li>seen</ul>`,
		`<title>SECRET</title><template>SECRET</template>seen`,
		`<head><meta content="SECRET">SECRET</head><body>seen`,
		`<select><option>SECRET</select>seen`,
	} {
		got := Text(in, 0)
		if strings.Contains(got, "SECRET") || !strings.Contains(got, "seen") {
			t.Errorf("%s gave %q", in, got)
		}
	}
}

func TestVisibleStylesAreNotHidden(t *testing.T) {
	for _, style := range []string{"display:block", "opacity:0.5", "opacity:1", "font-size:10px", "font-size:0.9em", "line-height:1.5", "left:0", "max-width:100%"} {
		if got := Text(`<p style="`+style+`">seen</p>`, 0); got != "seen" {
			t.Errorf("%s gave %q", style, got)
		}
	}
}

func TestTheCutIsRespectedAndWhole(t *testing.T) {
	long := strings.Repeat("<p>grüße &amp; küsse</p>", 10_000)
	for _, n := range []int{1, 2, 17, 500, 4096} {
		got := Text(long, n)
		if len(got) > n || !utf8.ValidString(got) {
			t.Errorf("max %d gave %d bytes, valid %v", n, len(got), utf8.ValidString(got))
		}
	}
}

func TestHostileNestingIsRead(t *testing.T) {
	for name, s := range map[string]string{
		"deep":     strings.Repeat("<div>", 200_000) + "x",
		"inline":   strings.Repeat("<b>", 100_000) + strings.Repeat("</i>", 100_000) + "x",
		"p":        strings.Repeat("<p>", 200_000) + "x",
		"lists":    strings.Repeat("<ul><li>", 100_000) + "x",
		"links":    strings.Repeat(`<a href="http://e.org/aaaaaaaaaaaa">http://e.org/aaaa...</a>`, 10_000) + "x",
		"unclosed": "x <a href='" + strings.Repeat("a", 1<<20),
		"comment":  "x <!--" + strings.Repeat("-", 1<<20),
	} {
		start := time.Now()
		got := Text(s, 0)
		if name != "unclosed" && !strings.Contains(got, "x") {
			t.Errorf("%s lost its text", name)
		}
		t.Logf("%s: %v", name, time.Since(start).Round(time.Millisecond))
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"<p>a", "<ul><li>x<ol><li>y", "<b><p hidden></b>s", "<pre>\n x</pre>", "&#x27;", "<a href=http://x.y/zzzzzzzz>http://x.y/zz...</a>"} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		got := Text(s, max)
		if max > 0 && len(got) > max {
			t.Errorf("%d bytes, max %d", len(got), max)
		}
		if strings.Contains(got, "\n\n\n") && !strings.Contains(s, "\n\n\n") && !strings.Contains(s, "&") {
			t.Errorf("three breaks in %q", got)
		}
	})
}

func BenchmarkText(b *testing.B) {
	s := strings.Repeat("<p>Some words of a <b>feed</b> entry, with a <a href='https://e.org'>link</a> &amp; an entity.</p>", 8)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Text(s, 0)
	}
}
