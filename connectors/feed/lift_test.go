package feed

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// sameLifted reads s with its long texts lifted and without: nothing may differ.
func sameLifted(t *testing.T, s string) (texts int) {
	t.Helper()
	root := rootOf(s)
	o := survey(s)
	if root != "rss" && root != "rdf" || o.deepest > maxDepth {
		return 0
	}
	short, l := lift(s, o)
	if len(l) == 0 {
		return 0
	}
	want, err1 := whole(s, root)
	got, err2 := whole(short, root)
	l.putBack(&got)
	if (err1 == nil) != (err2 == nil) || !reflect.DeepEqual(got, want) {
		t.Errorf("lifted: %v %+v\nas it was: %v %+v", err2, got, err1, want)
	}
	return len(l)
}

func TestLiftedTextsAreGofeeds(t *testing.T) {
	const long = "a text that is long enough to be worth lifting out of its feed, which is eighty bytes at least; "
	n := 0
	for _, body := range []string{
		long, "  " + long + "\n", "&lt;p&gt;" + long + "&amp;amp; &copy; &copy=2; &nbsp;&#8217;&#x2019;&unknown; & &;&lt;/p&gt;", long + "&lt;b&gt;&amp;lt;",
		"<![CDATA[" + long + "<p>&lt;&amp;amp;</p> ]]>", " <![CDATA[" + long + "]]>", "<![CDATA[" + long + "]]>x", long + "]]>", long + "&#1;", long + "&#xFFFF;",
		long + "\x01", long + "\ufffe", long + "<b>x</b>", long + "<!-- c -->", "<![CDATA[" + long + "]]&gt;", long + "\r\n" + long, long + "é漢\u200b&eacute;",
	} {
		for _, tag := range []string{"description", "content:encoded", "title"} {
			s := `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title><item><title>x</title><` + tag + ">" + body + "</" + tag + "></item><item><title>y</title></item></channel></rss>"
			n += sameLifted(t, s)
		}
	}
	if n < 12 {
		t.Errorf("only %d texts were lifted", n)
	}
}

func TestCorpusFeedsReadTheSameLifted(t *testing.T) {
	files, texts := 0, 0
	for _, path := range connectortest.Corpus(t, "feeds") {
		if filepath.Ext(path) == ".json" {
			continue
		}
		data, err := inflate(connectortest.Read(t, path))
		if err != nil {
			continue
		}
		if n := sameLifted(t, decode(data, "")); n > 0 {
			files, texts = files+1, texts+n
		}
	}
	t.Logf("%d texts of %d feeds", texts, files)
}

// FuzzLift has any body in an entry.
func FuzzLift(f *testing.F) {
	f.Add("&lt;p&gt;some words &amp; more, up to a length at which a text is lifted out of the feed that it is in&copy;", false)
	f.Add("<p>some words & more, up to a length at which a text is lifted out of the feed that it is in</p> ]]> x", true)
	f.Fuzz(func(t *testing.T, body string, cdata bool) {
		if cdata {
			body = cdataStart + body + cdataEnd
		}
		sameLifted(t, decode([]byte("<rss><channel><title>T</title><item><title>x</title><description>"+body+"</description></item></channel></rss>"), "text/xml; charset=utf-8"))
	})
}
