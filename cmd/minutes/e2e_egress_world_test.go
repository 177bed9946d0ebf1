package main

import (
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A lure is an address that nobody's item, feed or server may send this program to. %s is where the path goes,
// by which the canary sees who followed it.
type lure struct {
	form  string
	local bool // it leads to this machine, whatever protects: what the control may follow
}

// allLures are those that lead to this machine in as many forms as parsers read, and others that lead into other
// people's networks. Some lead nowhere at all.
func allLures(port string) []lure {
	var out []lure
	hosts := []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.255.0.1", "LOCALHOST.", "0.0.0.0", "[::]",
		"127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1", "loc\u00adalhost", "%31%32%37.0.0.1"}
	for _, h := range append(hosts, linkAddresses()...) {
		out = append(out, lure{"http://" + h + ":" + port + "%s", true})
	}
	for _, form := range []string{"https://127.0.0.1:PORT%s", "//127.0.0.1:PORT%s", "http://user:pass@127.0.0.1:PORT%s", "http://news.example.org@127.0.0.1:PORT%s", "HTTP://127.0.0.1:PORT%s#@news.example.org/",
		"http://127.0.0.1:PORT\\@news.example.org%s", "http:\\\\127.0.0.1:PORT%s", "http:/127.0.0.1:PORT%s", "http:///127.0.0.1:PORT%s", "http://127.0.0.1%s", "https://localhost%s", "http://[::1]%s"} {
		out = append(out, lure{strings.ReplaceAll(form, "PORT", port), true})
	}
	for _, form := range []string{"http://169.254.169.254%s", "http://metadata.google.internal%s", "http://10.0.0.1%s", "http://192.168.1.1%s", "http://172.16.0.1%s", "http://100.64.0.1%s", "http://[fd00::1]%s",
		"http://[fe80::1%%25lo]%s", "http://[64:ff9b::7f00:1]%s", "http://[2002:7f00:1::]%s", "http://[2001:0:7f00:1::]%s", "http://router%s", "http://nas.lan%s", "http://printer.local%s", "http://224.0.0.1%s", "http://255.255.255.255%s",
		"http://127.0.0.1:0%s", "http://127.0.0.1:22%s", "http://127.0.0.1:25%s", "http://127.0.0.1:99999%s", "file://%s", "file:///etc/passwd#%s", "gopher://127.0.0.1:PORT%s", "ftp://127.0.0.1:PORT%s",
		"javascript:fetch('http://127.0.0.1:PORT%s')", "data:text/html,<img src=http://127.0.0.1:PORT%s>", "unix:///run/docker.sock#%s", "webcal://127.0.0.1:PORT%s"} {
		out = append(out, lure{strings.ReplaceAll(form, "PORT", port), false})
	}
	return out
}

// linkAddresses are this machine's on its networks, as they stand in a URL.
func linkAddresses() (out []string) {
	addrs, _ := net.InterfaceAddrs()
	for _, a := range addrs {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || n.IP.IsLoopback() || n.IP.IsLinkLocalUnicast():
		case n.IP.To4() != nil:
			out = append(out, n.IP.String())
		default:
			out = append(out, "["+n.IP.String()+"]")
		}
	}
	return out
}

// A snare is the world of the hunt: a server that the config names, whose answers all lead to lures, and a
// canary that listens on all addresses of this machine.
type snare struct {
	lures []lure
	web   string
	mail  string

	mu      sync.Mutex
	caught  []string       // what came to the canary
	asked   map[string]int // requests, and connections for mail, by source
	queries []string       // that the weather was asked with
	fence   chan struct{}
}

// entryFor is a lure's address with the path that names the entry.
func (s *snare) entryFor(entry string, i int) string {
	return fmt.Sprintf(s.lures[i].form, fmt.Sprintf("/caught/%s/%d", entry, i))
}

// setSnare listens. n lures are used, spread over all of them; only those to this machine if local.
func setSnare(t testing.TB, n int, local bool) *snare {
	s := &snare{asked: map[string]int{}, fence: make(chan struct{}, 9)}
	port := ""
	for _, addr := range []string{":0", ":80"} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			continue // who may not listen there sees less
		}
		if port == "" {
			_, port, _ = net.SplitHostPort(l.Addr().String())
		}
		t.Cleanup(func() { _ = l.Close() })
		go s.watch(l)
	}
	var all []lure
	for _, l := range allLures(port) {
		if l.local || !local {
			all = append(all, l)
		}
	}
	n = min(n, len(all))
	for i := range n {
		s.lures = append(s.lures, all[i*len(all)/n])
	}
	srv := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(srv.Close)
	s.web = srv.URL
	return s
}

// watch is the canary: it notes each connection, and what was asked.
func (s *snare) watch(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		buf := make([]byte, 300)
		n, _ := c.Read(buf)
		line, _, _ := strings.Cut(string(buf[:n]), "\r\n")
		if line == "FENCE" {
			s.fence <- struct{}{}
		} else if strings.Contains(line, "/caught/") || !strings.HasSuffix(c.LocalAddr().String(), ":80") { // others may try port 80
			s.mu.Lock()
			s.caught = append(s.caught, c.LocalAddr().String()+" "+line)
			s.mu.Unlock()
			fmt.Fprint(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
		_ = c.Close()
	}
}

// serve answers by the first part of the path, which is the source's name.
func (s *snare) serve(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	s.mu.Lock()
	s.asked[parts[0]]++
	if strings.HasPrefix(parts[0], "point") {
		s.queries = append(s.queries, r.URL.RawQuery)
	}
	s.mu.Unlock()
	kind, number, single := strings.Cut(parts[0], "-")
	if i, err := strconv.Atoi(number); single && err == nil && i < len(s.lures) { // a source for each lure
		w.Header()["Location"] = []string{s.entryFor(kind, i)}
		w.WriteHeader(http.StatusFound)
		return
	}
	last, _ := strconv.Atoi(parts[len(parts)-1])
	switch {
	case len(parts) == 4 && parts[1] == "hop": // /SOURCE/hop/HOPS/LURE
		hops, _ := strconv.Atoi(parts[2])
		to := fmt.Sprintf("/%s/hop/%d/%d", parts[0], hops-1, last)
		if hops <= 1 {
			to = s.entryFor(parts[0], last)
		}
		w.Header()["Location"] = []string{to}
		w.WriteHeader(http.StatusFound)
	case parts[0] == "articles", strings.HasPrefix(parts[0], "pages"):
		fmt.Fprint(w, s.feed(parts[0], last))
	case parts[0] == "events":
		fmt.Fprint(w, s.calendar())
	case parts[0] == "hn":
		s.stories(w, parts[len(parts)-1])
	default:
		http.NotFound(w, r)
	}
}

// feed is one whose items and everything beside them lead to lures; those of "pages" by a page of their own site.
func (s *snare) feed(source string, from int) string {
	var b strings.Builder
	first := escapeXML(s.entryFor(source, 0))
	fmt.Fprintf(&b, `<?xml version="1.0"?><?xml-stylesheet href="%s"?><!DOCTYPE rss [<!ENTITY x SYSTEM "%s"><!ENTITY %% d SYSTEM "%s">]>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:xi="http://www.w3.org/2001/XInclude"><channel><title>Snares</title><link>%s</link>
<atom:link rel="hub" href="%s"/><atom:link rel="self" href="%s"/><image><url>%s</url></image><xi:include href="%s"/>`, first, first, first, first, first, first, first, first)
	to := len(s.lures)
	if source != "articles" {
		to = min(to, from+20)
	}
	for i := from; i < to; i++ {
		link := s.entryFor(source, i)
		target := link
		if source != "articles" {
			target = fmt.Sprintf("%s/%s/hop/1/%d", s.web, source, i)
		}
		fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s%d</guid><title>Item %d of %s</title><link>%s</link><pubDate>Tue, 10 Mar 2026 05:00:00 +0100</pubDate>
<description>%s</description><enclosure url="%s" type="audio/mpeg"/><comments>%s</comments></item>`,
			source, i, i, source, escapeXML(target), escapeXML(markup(link)), escapeXML(link), escapeXML(link))
	}
	return b.String() + "</channel></rss>"
}

// markup is a page that a browser would follow in every way, with a tracker of a name that only it knows.
func markup(link string) string {
	e := escapeXML(link)
	return `<base href="` + e + `"><link rel="stylesheet preload prefetch dns-prefetch" href="` + e + `"><meta http-equiv="refresh" content="0;url=` + e + `"><style>@import "` + e + `"; p { background: url("` + e + `") }</style>` +
		`<p>Short.</p><img src="` + e + `" srcset="` + e + ` 2x" width="1" height="1"><img src="http://pixel.only-an-item.example/"><picture><source srcset="` + e + `"></picture><iframe src="` + e + `"></iframe><video poster="` + e +
		`" src="` + e + `"></video><object data="` + e + `"></object><embed src="` + e + `"><svg><image href="` + e + `"/></svg><script src="` + e + `"></script><form action="` + e + `"></form><a href="` + e + `" ping="` + e + `">more</a>`
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// calendar is a day whose events lead to lures in every property that holds an address.
func (s *snare) calendar() string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nSOURCE;VALUE=URI:" + s.entryFor("events", 0) + "\r\nURL:" + s.entryFor("events", 0) + "\r\n")
	for i := range s.lures {
		u := s.entryFor("events", i)
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:e%d\r\nDTSTAMP:20260310T050000Z\r\nDTSTART:20260310T%02d0000Z\r\nSUMMARY:Event %d\r\nURL:%s\r\nATTACH:%s\r\nATTACH;FMTTYPE=text/html:%s\r\nCONFERENCE;VALUE=URI:%s\r\nIMAGE;VALUE=URI:%s\r\n"+
			"LOCATION;ALTREP=\"%s\":%s\r\nX-ALT-DESC;FMTTYPE=text/html:%s\r\nEND:VEVENT\r\n", i, i%24, i, u, u, u, u, u, u, u, markup(u))
	}
	return b.String() + "END:VCALENDAR\r\n"
}

func (s *snare) stories(w http.ResponseWriter, file string) {
	if file == "topstories.json" {
		fmt.Fprint(w, "[0")
		for i := range s.lures {
			fmt.Fprintf(w, ",%d", i+1)
		}
		fmt.Fprint(w, "]")
		return
	}
	id, _ := strconv.Atoi(strings.TrimSuffix(file, ".json"))
	if id < 1 || id > len(s.lures) {
		fmt.Fprint(w, "null")
		return
	}
	u := s.entryFor("hn", id-1)
	fmt.Fprintf(w, `{"id":%d,"type":"story","by":"x","time":1773115200,"title":"Story %d","score":99,"url":%q,"text":%q}`, id, id, u, markup(u))
}
