package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"strings"
	"time"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/all"
	"github.com/dailyminutes/minutes/connectors/jail"
)

// cost prints what the jail adds to the parsing of a document: the same one in a child and in this
// process in turn, each the quickest of fifteen rounds, which other work on the machine disturbs least.
func cost() {
	pool := &jail.Pool{Size: 1}
	defer pool.Close()
	parsers, ctx := all.Parsers(), context.Background()
	for _, d := range documents() {
		inside := func() { parsed(parsers[d.Parser](ctx, d.Document)) }
		outside := func() { parsed(pool.Parse(ctx, d.Document)) }
		outside() // the child is there
		var in, out []float64
		for range 15 {
			in, out = append(in, each(inside)), append(out, each(outside))
		}
		a, b := slices.Min(in), slices.Min(out)
		fmt.Printf("%-34s in process %7.4f ms   in the jail %7.4f ms   jail adds, a document: %7.4f ms\n", d.name, a, b, (b-a)/float64(d.documents))
	}
}

type timed struct {
	connectors.Document
	name      string
	documents int
}

func documents() []timed {
	now := time.Date(2026, 1, 1, 7, 0, 0, 0, time.UTC)
	feed, events := "", ""
	for i := range 10 {
		feed += fmt.Sprintf("<item><title>Entry %d of the feed</title><link>https://e.example/%d</link><pubDate>Wed, 31 Dec 2025 05:00:00 GMT</pubDate><description>%s</description></item>",
			i, i, strings.Repeat("&lt;p&gt;Some words of an entry, as they are.&lt;/p&gt;", 17))
		events += fmt.Sprintf("BEGIN:VEVENT\r\nUID:%d@e.example\r\nDTSTAMP:20251201T000000Z\r\nDTSTART;TZID=Europe/Berlin:202601%02dT090000\r\nDURATION:PT1H\r\nSUMMARY:Meeting %d\r\nDESCRIPTION:%s\r\nEND:VEVENT\r\n",
			i, i+2, i, strings.Repeat("what it is about ", 18))
	}
	mail := "From: Ann <ann@e.example>\r\nTo: sam@e.example\r\nSubject: The plan\r\nMessage-ID: <1@e.example>\r\nDate: Wed, 31 Dec 2025 05:00:00 +0000\r\nContent-Type: text/plain\r\n\r\n" +
		strings.Repeat("A line of a mail as people write them, about so long.\r\n", 87)
	type message struct {
		Folder string `json:"folder"`
		Raw    int    `json:"raw"`
	}
	pile := make([]message, 40)
	for i := range pile {
		pile[i] = message{"INBOX", len(mail)}
	}
	zone := "Europe/Berlin"
	return []timed{
		document("feed", "feed, 10 KB, 10 entries", "<rss><channel><title>F</title>"+feed+"</channel></rss>", 1,
			map[string]any{"Source": "f", "Now": now, "Limit": 30, "URL": "https://e.example/feed", "FeedURL": "https://e.example/feed"}),
		document("imap", "mail, 5 KB, alone", mail, 1, map[string]any{"source": "m", "zone": zone, "now": now}),
		document("imap", "mail, 5 KB, 40 at a time as fetched", strings.Repeat(mail, len(pile)), len(pile),
			map[string]any{"source": "m", "zone": zone, "now": now, "messages": pile}),
		document("ics", "calendar, 5 KB, 10 events", "BEGIN:VCALENDAR\r\n"+events+"END:VCALENDAR\r\n", 1,
			map[string]any{"source": "c", "zone": zone, "from": now, "to": now.AddDate(0, 0, 36)}),
	}
}

func document(parser, name, data string, n int, args map[string]any) timed {
	b, err := json.Marshal(args)
	if err != nil {
		log.Fatal(err)
	}
	return timed{connectors.Document{Parser: parser, Data: []byte(data), Args: b}, name, n}
}

func parsed(got connectors.Parsed, err error) {
	if err != nil || len(got.Items) == 0 {
		log.Fatalf("%d items, %v", len(got.Items), err)
	}
}

// each is how many ms a call takes, of a hundred.
func each(f func()) float64 {
	const n = 100
	start := time.Now()
	for range n {
		f()
	}
	return float64(time.Since(start).Microseconds()) / 1000 / n
}
