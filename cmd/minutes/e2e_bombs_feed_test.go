package main

import (
	"fmt"
	"strings"
)

// A bomb is a small document that costs a parser much: a whole document, or one entry among good ones.
type bomb struct {
	name  string
	data  string
	entry bool   // data is an entry, an event, an answer: it can stand between good ones
	zip   string // Content-Encoding, where the server is to say so
	raw   bool   // data is all that the server says, head and all
}

const (
	rssHead  = `<?xml version="1.0"?><rss version="2.0" xmlns:x="urn:x" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>T</title>`
	rssFoot  = "</channel></rss>"
	jsonHead = `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":`
)

func times(n int, s string) string { return strings.Repeat(s, n) }

// nested is n of open around s, closed again.
func nested(n int, open, s, end string) string { return times(n, open) + s + times(n, end) }

// counted is n of a form with its number in it.
func counted(n int, form string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i)
	}
	return b.String()
}

func escaped(s string) string { return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(s) }

// feedBombs are feeds that hang, overflow or swell parsers of feeds, XML, JSON, HTML, dates and
// encodings.
func feedBombs() []bomb {
	deep := deepFeed().data
	laughs := `<!DOCTYPE rss [<!ENTITY l0 "lol">` + counted(20, `<!ENTITY l%d "`+times(10, "&lol;")+`">`) + "]>"
	return append(feedEntries(), []bomb{
		{name: "deep, gzip said", data: string(zipped(deep)), zip: "gzip"},
		{name: "deep, gzip not said", data: string(zipped(deep))},
		{name: "deep atom", data: `<feed xmlns="http://www.w3.org/2005/Atom"><entry>` + nested(400_000, "<a>", "x", "</a>") + "</entry></feed>"},
		{name: "deep before the root", data: times(500_000, "<a>") + "<rss>"},
		{name: "laughs", data: laughs + rssHead + "<item><title>&l19;</title></item>" + rssFoot},
		{name: "entity of a file", data: `<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rssHead + "<item><title>&x;</title></item>" + rssFoot},
		{name: "entity of itself", data: `<!DOCTYPE rss [<!ENTITY % a "%b;"><!ENTITY % b "%a;">%a;]>` + rssHead + rssFoot},
		{name: "gzip of a gigabyte", data: string(gigabyte()), zip: "gzip"},
		{name: "gzip of a gigabyte, not said", data: string(gigabyte())},
		{name: "gzip in gzip in gzip", data: string(zipped(string(zipped(string(zipped(deep)))))), zip: "gzip"},
		{name: "zip", data: "PK\x03\x04" + times(1<<20, "\x00")},
		{name: "parentheses", data: times(40<<20, "(")},
		{name: "brackets", data: times(40<<20, "<")},
		{name: "never closed", data: rssHead + times(100_000, "<item><title>a")},
		{name: "many entries", data: rssHead + times(150_000, "<item><title>a</title></item>") + rssFoot},
		{name: "comment without end", data: rssHead + times(1<<20, "<!--")},
		{name: "cdata without end", data: rssHead + "<item><title>" + times(400_000, "<![CDATA[")},
		{name: "quote without end", data: rssHead + times(500_000, `<a b="`)},
		{name: "doctype without end", data: "<!DOCTYPE rss [" + times(4<<20, "[")},
		{name: "instructions", data: times(600_000, "<?x?>") + rssHead + rssFoot},
		{name: "namespaces", data: rssHead + counted(60_000, `<x:b xmlns:n%d="urn:n">`) + rssFoot},
		{name: "utf-16, odd", data: "\xff\xfe" + times(1<<20, "<\x00a") + "x"},
		{name: "utf-16 that is none", data: `<?xml version="1.0" encoding="utf-16"?>` + rssHead + times(1<<19, "<a>")},
		{name: "utf-32", data: "\x00\x00\xfe\xff" + times(1<<20, "\x7f\xff\xff\xff")},
		{name: "utf-7", data: `<?xml version="1.0" encoding="utf-7"?>` + rssHead + "<item><title>" + times(500_000, "+ADw-") + "</title></item>" + rssFoot},
		{name: "a charset of 4 MB", data: `<?xml version="1.0" encoding="` + times(4<<20, "x") + `"?><rss/>`},
		{name: "json, arrays", data: jsonHead + times(1_000_000, "[")},
		{name: "json, objects", data: jsonHead + "[" + nested(600_000, `{"a":`, "1", "}") + "]}"},
		{name: "json, many", data: jsonHead + "[" + times(1_000_000, "{},") + "{}]}"},
		{name: "json, a number of 4 MB", data: jsonHead + "[{\"id\":" + times(4<<20, "9") + "}]}"},
		{name: "json, a key of 4 MB", data: `{"` + times(4<<20, `\u0041`)[:4<<20] + `":1}`},
		{name: "a header of 12 MB", data: "HTTP/1.1 200 OK\r\nETag: " + times(12<<20, "x") + "\r\n\r\n", raw: true},
		{name: "headers", data: "HTTP/1.1 200 OK\r\n" + counted(400_000, "X-%d: y\r\n") + "\r\n", raw: true},
		{name: "a length beyond numbers", data: "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", raw: true},
		{name: "chunks beyond numbers", data: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + times(1<<20, "f"), raw: true},
		{name: "opml", data: "<opml><body>" + nested(200_000, "<outline>", "", "</outline>") + "</body></opml>"},
	}...)
}

// feedEntries are single entries of RSS.
func feedEntries() []bomb {
	item := func(name, inside string) bomb {
		return bomb{name: name, data: "<item>" + inside + "</item>", entry: true}
	}
	text := func(name, html string) bomb {
		return item(name, "<title>"+name+"</title><guid>bomb:"+name+"</guid><description>"+escaped(html)+"</description>")
	}
	date := func(name, s string) bomb {
		return item(name, "<title>"+name+"</title><guid>bomb:"+name+"</guid><pubDate>"+s+"</pubDate>")
	}
	return []bomb{
		item("deep extensions", nested(150_000, "<x:a>", "b", "</x:a>")),
		item("deep extensions without end", times(150_000, "<x:a>")),
		{name: "attributes", data: "<item " + counted(100_000, `a%d="b" `) + "><title>a</title></item>", entry: true},
		item("namespaces", counted(50_000, `<b xmlns:n%d="urn:n"/>`)),
		item("references", "<title>"+times(400_000, "&#")+"</title>"),
		item("references to nothing", "<title>"+times(200_000, "&#x110000;&#xD800;&#99999999999999999999;")[:4_000_000]+"</title>"),
		item("entities", "<title>"+times(400_000, "&amp;#38;")+"</title>"),
		item("a title of 4 MB", "<title>"+times(4<<20, "x")+"</title>"),
		item("a link of 4 MB", "<title>a</title><link>https://e.example/"+times(4<<20, "x")+"</link>"),
		item("a guid of 4 MB", "<guid>"+times(4<<20, "x")+"</guid><title>a</title>"),
		item("categories", "<title>a</title>"+counted(100_000, "<category>c%d</category>")),
		item("enclosures", "<title>a</title>"+times(80_000, `<enclosure url="https://e.example/a" length="99999999999999999999"/>`)[:4_000_000]),
		item("authors", "<title>a</title>"+counted(100_000, "<author>a%d@e.example</author>")),
		text("html, div", times(200_000, "<div>")+"x"),
		text("html, crossed", times(100_000, "<b>")+times(100_000, "</i>")+"x"),
		text("html, links", times(40_000, `<a href="https://e.example/aaaaaaaaaaa">https://e.example/aaa...</a>`)),
		text("html, tables", times(80_000, "<table><tr><td>")+"x"),
		text("html, lists", times(100_000, "<ul><li>")+"x"),
		text("html, attributes", "<p "+times(200_000, `style="display:none" `)+">x"),
		text("html, styles", times(20_000, `<p style="`+times(20, "/**/")+`display:none">x`)),
		text("html, a style of comments", `<p style="x`+times(800_000, "/**/")+`">x`),
		text("html, comments", times(400_000, "<!--")),
		text("html, entities", times(300_000, "&amp;nbsp;")),
		text("html, svg", times(100_000, "<svg><math>")+"x"),
		text("marks on one letter", "e"+times(1_000_000, "\u0301")),
		date("the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT"),
		date("the year -1", "-0001-01-01T00:00:00Z"),
		date("a year of a million digits", times(1_000_000, "9")+"-01-01T00:00:00Z"),
		date("the last second", "9223372036854775807"),
		date("before the first", "-9223372036854775809"),
		date("month 99", "99 Foo 99 99:99:99 +9999"),
	}
}

// deepFeed is the one that overflows gofeed's stack.
func deepFeed() bomb {
	return bomb{name: "deep", data: rssHead + "<item>" + times(1_000_000, "<x:a>")}
}

// pageBombs are web pages of which an article is wanted.
func pageBombs() []bomb {
	page := func(name, body string) bomb {
		return bomb{name: name, data: "<html><body><article>" + body + times(30, "<p>Words of an article, with commas, and more words.") + "</body></html>"}
	}
	return []bomb{
		page("div", times(150_000, "<div>")),
		page("bold", times(150_000, "<b>")),
		page("links in links", times(60_000, `<a href="x"><p>`)),
		page("tables", times(80_000, "<table><tr><td>")),
		page("forms", times(100_000, "<form><select><option>")),
		page("attributes", "<p "+counted(100_000, `a%d="b" `)+">"),
		page("paragraphs", times(300_000, "<p>a, b")),
		page("svg", times(100_000, "<svg><foreignObject>")),
		page("templates", times(100_000, "<template>")),
		page("comments", times(400_000, "<!--")),
		page("scripts", times(100_000, "<script>")),
		page("entities", times(400_000, "&#0;")),
		{name: "gzip of a gigabyte", data: string(gigabyte()), zip: "gzip"},
		{name: "parentheses", data: times(40<<20, "(")},
	}
}
