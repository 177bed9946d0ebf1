package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// serveBombs answers /i/… with the i-th document, and /feed/NAME/I with one good entry.
func serveBombs(t testing.TB, docs []bomb) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		if len(parts) == 3 && parts[0] == "feed" {
			fmt.Fprint(w, rssHead+goodEntries(parts[1], parts[2], 1)+rssFoot)
			return
		}
		i, err := strconv.Atoi(parts[0])
		if err != nil || i >= len(docs) {
			http.NotFound(w, r)
			return
		}
		if docs[i].raw {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_, _ = c.Write([]byte(docs[i].data))
				_ = c.Close()
			}
			return
		}
		if docs[i].zip != "" {
			w.Header().Set("Content-Encoding", docs[i].zip)
		}
		_, _ = w.Write([]byte(docs[i].data))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func goodEntries(source, first string, n int) string {
	at, _ := strconv.Atoi(first)
	out := ""
	for i := at; i < at+n; i++ {
		out += fmt.Sprintf("<item><title>%s good %d</title><link>https://good.example/%s/%d</link><pubDate>Tue, 24 Nov 2026 05:00:%02d GMT</pubDate></item>", source, i, source, i, i%60)
	}
	return out
}

// bombedFeeds is a minefield of feeds: each bomb alone, and each among 99: as an entry among entries
// where it is one, else as a feed among feeds.
func bombedFeeds(t testing.TB, bombs []bomb) minefield {
	f := minefield{names: map[string]int{}, bombs: len(bombs)}
	var docs []bomb
	config := ""
	for i, b := range bombs {
		name := fmt.Sprintf("beside-%d", i)
		doc, urls := b, ""
		if b.entry {
			doc.data = rssHead + goodEntries(name, "0", 50) + b.data + goodEntries(name, "50", good-50) + rssFoot
		} else {
			for j := range good {
				urls += fmt.Sprintf(", \"BASE/feed/%s/%d\"", name, j)
			}
		}
		docs = append(docs, doc)
		config += fmt.Sprintf("\n[[connectors.feed]]\nname = %q\nlimit = 200\nurls = [\"BASE/%d/x\"%s]\n", name, i, urls)
		f.names[name] = good
	}
	f.box = newBox(t, strings.ReplaceAll(config, "BASE", serveBombs(t, docs)), corpusNow())
	return f
}

// bombedPages has each bomb as the page of an entry that is a stub, among 99 that are whole.
func bombedPages(t testing.TB, bombs []bomb) minefield {
	f := minefield{names: map[string]int{}, bombs: len(bombs)}
	docs := slices.Clone(bombs)
	config := ""
	for i := range bombs {
		name := fmt.Sprintf("beside-%d", i)
		docs = append(docs, bomb{data: rssHead + goodEntries(name, "0", 50) + fmt.Sprintf("<item><title>stub</title><link>/%d/page</link></item>", i) + goodEntries(name, "50", good-50) + rssFoot})
		config += fmt.Sprintf("\n[[connectors.feed]]\nname = %q\nlimit = 200\nfull_text = true\nurls = [\"BASE/%d/x\"]\n", name, len(bombs)+i)
		f.names[name] = good
	}
	f.box = newBox(t, strings.ReplaceAll(config, "BASE", serveBombs(t, docs)), corpusNow())
	return f
}

// bombedCalendars has each bomb in a folder with 99 good events: in the same file where it is an event,
// in another where it is a calendar.
func bombedCalendars(t testing.TB, bombs []bomb) minefield {
	f := minefield{box: newBox(t, "", corpusNow()), names: map[string]int{}, bombs: len(bombs)}
	config := ""
	for i, b := range bombs {
		name := fmt.Sprintf("beside-%d", i)
		events := func(from, n int) (out string) {
			for j := from; j < from+n; j++ {
				out += fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s-%d\r\nDTSTART:20261125T%02d%02d00Z\r\nSUMMARY:%s good %d\r\nEND:VEVENT\r\n", name, j, 8+j/60, j%60, name, j)
			}
			return out
		}
		if b.entry {
			f.box.file(name+"/all.ics", "BEGIN:VCALENDAR\r\n"+events(0, 50)+b.data+events(50, good-50)+"END:VCALENDAR\r\n")
		} else {
			f.box.file(name+"/good.ics", "BEGIN:VCALENDAR\r\n"+events(0, good)+"END:VCALENDAR\r\n")
			f.box.file(name+"/bomb.ics", b.data)
		}
		config += fmt.Sprintf("\n[[connectors.ics]]\nname = %q\npath = %q\n", name, filepath.Join(f.box.dir, name))
		f.names[name] = good
	}
	f.box.configure(config)
	return f
}

// bombedAnswers gives each bomb to Hacker News as the fiftieth of a hundred stories, and to weather and
// markets as all there is.
func bombedAnswers(t testing.TB, bombs []bomb) minefield {
	f := minefield{names: map[string]int{}, bombs: len(bombs)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var i, id int
		_, _ = fmt.Sscanf(r.URL.Path, "/%d/item/%d.json", &i, &id)
		switch {
		case strings.HasSuffix(r.URL.Path, "stories.json"):
			first := 1000 * (i + 1)
			fmt.Fprintf(w, "[%d", first)
			for id := first + 1; id <= first+good; id++ {
				fmt.Fprintf(w, ",%d", id)
			}
			fmt.Fprint(w, "]")
		case id > 0 && id%1000 != 50:
			fmt.Fprintf(w, `{"id":%d,"type":"story","by":"g","time":%d,"score":9,"title":"beside-%d good %d","url":"https://good.example/%d"}`,
				id, corpusNow().Unix()-3600, i, id, id)
		default:
			if bombs[i].zip != "" {
				w.Header().Set("Content-Encoding", bombs[i].zip)
			}
			_, _ = w.Write([]byte(strings.Replace(bombs[i].data, `"id":50,`, fmt.Sprintf(`"id":%d,`, id), 1)))
		}
	}))
	t.Cleanup(srv.Close)
	config := ""
	for i := range bombs {
		base, name := fmt.Sprintf("%s/%d", srv.URL, i), fmt.Sprintf("beside-%d", i)
		f.names[name] = good
		config += fmt.Sprintf("\n[[connectors.hackernews]]\nname = %q\nlimit = 100\nbase_url = %q\n", name, base)
		config += fmt.Sprintf("\n[[connectors.weather]]\nname = \"weather-%d\"\nbase_url = %q\nlatitude = 43.7\nlongitude = -79.4\n", i, base)
		config += fmt.Sprintf("\n[[connectors.weather]]\nname = \"place-%d\"\nbase_url = %q\ngeocoding_base_url = %q\nplace = \"Hamburg\"\n", i, base, base)
		for p, symbol := range map[string]string{"yahoo": "AAPL", "ecb": "EUR/USD", "frankfurter": "EUR/USD"} {
			config += fmt.Sprintf("\n[[connectors.market]]\nname = \"%s-%d\"\nprovider = %q\nbase_url = %q\nsymbols = [%q]\n", p, i, p, base, symbol)
		}
	}
	f.box = newBox(t, config, corpusNow())
	return f
}

// bombedMails delivers the bombs into one mailbox, in the middle of 99 good messages: a message costs
// the server more than the program.
func bombedMails(t testing.TB, bombs []bomb) minefield {
	const name = "beside"
	m := newMailbox(t, "bomb")
	for j := range good {
		if j == good/2 {
			for _, b := range bombs {
				m.mustDeliver(t, "INBOX", b.data, corpusNow().Add(-time.Hour))
			}
		}
		m.mustDeliver(t, "INBOX", fmt.Sprintf("From: Ann <ann@good.example>\nTo: sam@e.example\nSubject: %s good %d\nMessage-ID: <%d@good.example>\nDate: Tue, 24 Nov 2026 04:%02d:00 +0000\n\nHello %d.\n",
			name, j, j, j%60, j), corpusNow().Add(-time.Hour))
	}
	return minefield{box: newBox(t, m.table(name, "sent = \"\"\nlimit = 500"), corpusNow()), names: map[string]int{name: good}, bombs: len(bombs), whole: true}
}
