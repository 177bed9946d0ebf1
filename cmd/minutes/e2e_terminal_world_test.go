package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// A stage is a world in which every text in every field is one that the test wrote: the demo's servers
// beside servers of the test's own, over the real protocols. It stands at the demo's moment.
type stage struct {
	t      testing.TB
	texts  []string
	fields []string // their names, in the order of first use
	names  []string // what stands for the texts in ids and links: the texts themselves
	every  int      // of fields that belong to a whole source: one of so many texts is tried
	coded  []string // charsets of mails, in turn
	web    string   // the test's server
	demo   string   // the demo's
	now    time.Time
	routes map[string]http.HandlerFunc
	config strings.Builder
}

// newStage sets texts into every field there is.
func newStage(t testing.TB, texts []string, every int) *stage {
	t.Helper()
	return (&stage{t: t, texts: texts, names: texts, every: every, coded: []string{"utf-8", "iso-8859-1", "windows-1252"}}).open()
}

func (s *stage) open() *stage {
	t := s.t
	w, config := startDemo(t)
	s.now, s.routes = w.Now, map[string]http.HandlerFunc{}
	s.demo, _ = addresses(t, config)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := s.routes[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(srv.Close)
	s.web = srv.URL
	s.config.WriteString("timezone = \"Europe/Berlin\"\n[profile]\nname = \"Sam\"\naddresses = [\"sam@fernweh.example\"]\n[brief]\nwords = 5000\n")
	s.mails()
	s.events()
	s.feeds()
	s.stories()
	s.weather()
	s.markets()
	s.failures()
	s.greetings()
	return s
}

// at is the text of sequence i for a field: between two marks, by which it is known again.
func (s *stage) at(i int, field string) string {
	f := slices.Index(s.fields, field)
	if f < 0 {
		f = len(s.fields)
		s.fields = append(s.fields, field)
	}
	return fmt.Sprintf("q%df%d%sz", i, f, s.texts[i])
}

// named is at for what an item is known by, and the twin of a stage has in common with it.
func (s *stage) named(i int, field string) string {
	return strings.Replace(s.at(i, field), s.texts[i]+"z", s.names[i]+"z", 1)
}

// some are the texts that are tried in a field of a whole source, others in every field.
func (s *stage) some(first int) (out []int) {
	for i := first % s.every; i < len(s.texts); i += s.every {
		out = append(out, i)
	}
	return out
}

func (s *stage) table(format string, args ...any) { fmt.Fprintf(&s.config, "\n"+format+"\n", args...) }

func (s *stage) serve(path, kind, body string) {
	s.routes[path] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	}
}

// quoted is a JSON string of exactly these bytes, also where they are no UTF-8.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ':
			fmt.Fprintf(&b, `\u%04x`, c)
		case c == '"' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func word(s string) string { return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=" }

func wrapped(s string) string {
	b := base64.StdEncoding.EncodeToString([]byte(s))
	var out strings.Builder
	for ; len(b) > 76; b = b[76:] {
		out.WriteString(b[:76] + "\n")
	}
	return out.String() + b
}

func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// mails has one message a text, in every header that is shown and in a text, a page, a file's name and
// an invitation.
func (s *stage) mails() {
	m := newMailbox(s.t, "stage")
	for i := range s.texts {
		charset := s.coded[i%len(s.coded)]
		body := fmt.Sprintf("Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: base64\n\n%s\n", charset, wrapped("Please send it by Friday. "+s.at(i, "mail.text")))
		if i%4 == 3 {
			body = fmt.Sprintf("Content-Type: text/html; charset=%s\nContent-Transfer-Encoding: base64\n\n%s\n", charset, wrapped("<p>Please send it by Friday. "+s.at(i, "mail.html")+"</p>"))
		}
		raw := fmt.Sprintf("From: %s <q%d@stage.example>\nTo: Sam <sam@fernweh.example>, %s <other@stage.example>\nCc: %s <cc@stage.example>\nSubject: %s\nDate: %s\nMessage-ID: <q%d.%s@stage.example>\n",
			word(s.at(i, "mail.from")), i, word(s.at(i, "mail.to")), word(s.at(i, "mail.cc")), word(s.at(i, "mail.subject")), s.now.Add(-time.Duration(i)*time.Second).Format(time.RFC1123Z), i, percent(s.named(i, "mail.id"))[:6])
		if i%5 == 4 {
			raw += fmt.Sprintf("List-Id: %s <%s.stage.example>\n", word(s.at(i, "mail.list")), percent(s.at(i, "mail.list"))[:9])
		}
		raw += "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + body +
			fmt.Sprintf("--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%s\n\nx\n", percent(s.at(i, "mail.attachment")))
		if i%5 == 2 {
			raw += "--b\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + wrapped("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"+s.event(i, "invite")+"END:VCALENDAR\r\n") + "\n"
		}
		m.mustDeliver(s.t, "INBOX", raw+"--b--\n", s.now.Add(-time.Duration(i)*time.Second))
	}
	s.config.WriteString(m.table("mail", "limit = 5000\nsent = \"\""))
}

// event is one event of today with a text in every property.
func (s *stage) event(i int, kind string) string {
	line := func(name string) string {
		return strings.NewReplacer("\\", "\\\\", "\n", "\\n", ";", "\\;", ",", "\\,").Replace(s.at(i, kind+"."+name))
	}
	param := func(name string) string {
		return strings.NewReplacer("\n", "^n", `"`, "^'").Replace(s.at(i, kind+"."+name))
	}
	start := time.Date(s.now.Year(), s.now.Month(), s.now.Day(), 8, 0, 0, 0, time.UTC).Add(time.Duration(i) * 40 * time.Second)
	zone := ""
	if i%7 == 3 {
		zone = `;TZID="` + param("zone") + `"`
	}
	return fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260301T000000Z\r\nDTSTART%s:%s\r\nDTEND%s:%s\r\nSUMMARY:%s\r\nDESCRIPTION:%s\r\nLOCATION:%s\r\nORGANIZER;CN=\"%s\":mailto:o@stage.example\r\n"+
		"ATTENDEE;CN=\"%s\";PARTSTAT=ACCEPTED:mailto:a@stage.example\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:sam@fernweh.example\r\nCATEGORIES:%s\r\nCOMMENT:%s\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\n",
		strings.NewReplacer("\n", "\\n").Replace(s.named(i, kind+".uid")), zone, start.Format("20060102T150405")+map[bool]string{true: "Z"}[zone == ""], zone, start.Add(30*time.Second).Format("20060102T150405")+map[bool]string{true: "Z"}[zone == ""],
		line("summary"), line("description"), line("location"), param("organizer"), param("attendee"), line("categories"), line("comment"))
}

func (s *stage) events() {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:" + strings.ReplaceAll(s.at(0, "event.calendar"), "\n", "\\n") + "\r\n")
	for i := range s.texts {
		b.WriteString(s.event(i, "event"))
	}
	s.serve("/calendar.ics", "text/calendar", b.String()+"END:VCALENDAR\r\n")
	s.table("[[connectors.ics]]\nname = \"calendar\"\nurl = %q", s.web+"/calendar.ics")
}

// feeds has one feed a text, of one entry; some are RSS.
func (s *stage) feeds() {
	var urls []string
	for i := range s.texts {
		link := fmt.Sprintf("https://q%d.example/a/%s", i, percent(s.named(i, "feed.link")))
		at := s.now.Add(-time.Hour).Format(time.RFC3339)
		path := fmt.Sprintf("/feed/%d.json", i)
		content := `"content_text": ` + quoted("A sentence to read. "+s.at(i, "feed.text"))
		if i%2 == 1 {
			content = `"content_html": ` + quoted("<p>A sentence to read. "+s.at(i, "feed.html")+"</p>")
		}
		s.serve(path, "application/feed+json", fmt.Sprintf(`{"version": "https://jsonfeed.org/version/1.1", "title": %s, "items": [{"id": %s, "url": %s, "title": %s, "summary": %s, %s, "date_published": %q, "authors": [{"name": %s}], "tags": [%s]}]}`,
			quoted(s.at(i, "feed.title")), quoted(link), quoted(link), quoted(s.at(i, "feed.headline")), quoted(s.at(i, "feed.summary")), content, at, quoted(s.at(i, "feed.author")), quoted(s.at(i, "feed.tag"))))
		urls = append(urls, fmt.Sprintf("%q", s.web+path))
	}
	for _, i := range s.some(1) {
		path := fmt.Sprintf("/rss/%d.xml", i)
		cdata := func(field string) string { return "<![CDATA[" + strings.ReplaceAll(s.at(i, field), "]]>", "") + "]]>" }
		s.serve(path, "application/rss+xml", fmt.Sprintf(`<rss version="2.0"><channel><title>%s</title><item><title>%s</title><link>https://r%d.example/</link><author>%s</author><category>%s</category><description>%s</description><pubDate>%s</pubDate></item></channel></rss>`,
			cdata("rss.title"), cdata("rss.headline"), i, cdata("rss.author"), cdata("rss.category"), cdata("rss.description"), s.now.Add(-time.Hour).Format(time.RFC1123Z)))
		urls = append(urls, fmt.Sprintf("%q", s.web+path))
	}
	s.table("[[connectors.feed]]\nname = \"feeds\"\nurls = [%s]", strings.Join(urls, ",\n"))
}

// stories are on lists of 400.
func (s *stage) stories() {
	for from := 0; from < len(s.texts); from += 400 {
		var ids []string
		base := fmt.Sprintf("/hn%d", from)
		for i := from; i < min(from+400, len(s.texts)); i++ {
			id := fmt.Sprint(1000 + i)
			ids = append(ids, id)
			s.serve(base+"/item/"+id+".json", "application/json", fmt.Sprintf(`{"id": %s, "type": "story", "by": %s, "time": %d, "title": %s, "text": %s, "url": %s, "score": 50, "descendants": 7}`,
				id, quoted(s.at(i, "story.by")), s.now.Add(-2*time.Hour).Unix(), quoted(s.at(i, "story.title")), quoted("<p>"+s.at(i, "story.text")), quoted("https://h"+id+".example/"+s.named(i, "story.link"))))
		}
		s.serve(base+"/topstories.json", "application/json", "["+strings.Join(ids, ",")+"]")
		s.table("[[connectors.hackernews]]\nname = \"stories%d\"\nbase_url = %q\nlimit = 400", from, s.web+base)
	}
}

// told is the demo's answer to a request, changed.
func (s *stage) told(r *http.Request, path string, change func(map[string]any)) map[string]any {
	var out map[string]any
	res, err := http.Get(s.demo + path + "?" + r.URL.RawQuery)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		s.t.Error(err)
	}
	change(out)
	return out
}

// slot is a word that JSON carries, and which is exchanged for a text of any bytes afterwards.
const slot = "SLOT"

func (s *stage) fill(w http.ResponseWriter, v any, texts ...string) {
	b, err := json.Marshal(v)
	if err != nil {
		s.t.Error(err)
	}
	for i, text := range texts {
		b = bytes.ReplaceAll(b, fmt.Appendf(nil, "%q", fmt.Sprint(slot, i)), []byte(quoted(text)))
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

func (s *stage) weather() {
	for _, i := range s.some(2) {
		base := fmt.Sprintf("/sky%d", i)
		zone, place, country := s.at(i, "weather.zone"), s.at(i, "weather.place"), s.at(i, "weather.country")
		s.routes[base+"/v1/search"] = func(w http.ResponseWriter, r *http.Request) {
			s.fill(w, s.told(r, "/geocoding/v1/search", func(m map[string]any) {
				p := m["results"].([]any)[0].(map[string]any)
				p["name"], p["country"], p["admin1"] = slot+"0", slot+"1", slot+"1"
			}), place, country)
		}
		s.routes[base+"/v1/forecast"] = func(w http.ResponseWriter, r *http.Request) {
			s.fill(w, s.told(r, "/weather/v1/forecast", func(m map[string]any) { m["timezone"], m["timezone_abbreviation"] = slot+"0", slot+"0" }), zone)
		}
		s.table("[[connectors.weather]]\nname = \"sky%d\"\nplace = \"Hamburg\"\nbase_url = %q\ngeocoding_base_url = %q", i, s.web+base, s.web+base)
		s.serve(fmt.Sprintf("/nosky%d/v1/forecast", i), "application/json", `{"error": true, "reason": `+quoted(s.at(i, "weather.refusal"))+`}`)
		s.table("[[connectors.weather]]\nname = \"nosky%d\"\nlatitude = 50\nlongitude = %d\nbase_url = %q", i, i%90, fmt.Sprintf("%s/nosky%d", s.web, i))
	}
}

func (s *stage) markets() {
	for _, i := range s.some(3) {
		name, currency, refusal := s.at(i, "market.name"), s.at(i, "market.currency"), s.at(i, "market.refusal")
		base := fmt.Sprintf("/yahoo%d", i)
		share := func(meta func(map[string]any)) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				s.fill(w, s.told(r, "/yahoo/v8/finance/chart/SAP.DE", func(m map[string]any) {
					meta(m["chart"].(map[string]any)["result"].([]any)[0].(map[string]any)["meta"].(map[string]any))
				}), name, currency)
			}
		}
		s.routes[base+"/v8/finance/chart/SAP.DE"] = share(func(m map[string]any) {
			m["longName"], m["shortName"], m["exchangeName"] = slot+"0", slot+"0", slot+"0"
		})
		s.routes[base+"x/v8/finance/chart/SAP.DE"] = share(func(m map[string]any) { m["currency"] = slot + "1" })
		s.serve(base+"y/v8/finance/chart/SAP.DE", "application/json", `{"chart": {"result": null, "error": {"code": "Not Found", "description": `+quoted(refusal)+`}}}`)
		for _, kind := range []string{"", "x", "y"} {
			s.table("[[connectors.market]]\nname = \"share%d%s\"\nprovider = \"yahoo\"\nbase_url = %q\nsymbols = [\"SAP.DE\"]", i, kind, s.web+base+kind)
		}
		s.serve(fmt.Sprintf("/rates%d/v1/latest", i), "application/json", `{"message": `+quoted(s.at(i, "rates.refusal"))+`}`)
		s.table("[[connectors.market]]\nname = \"rates%d\"\nprovider = \"frankfurter\"\nbase_url = %q\nsymbols = [\"EUR/USD\"]", i, fmt.Sprintf("%s/rates%d", s.web, i))
	}
}

// failures are servers whose refusals are texts: the words of a status, where it leads, what kind it
// says it is, and a page in the place of a feed.
func (s *stage) failures() {
	var urls []string
	raw := func(path, head string) {
		s.routes[path] = func(w http.ResponseWriter, _ *http.Request) {
			if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_, _ = io.WriteString(c, head)
				_ = c.Close()
			}
		}
		urls = append(urls, fmt.Sprintf("%q", s.web+path))
	}
	oneLine := strings.NewReplacer("\n", " ", "\r", " ")
	for _, i := range s.some(4) {
		raw(fmt.Sprintf("/status/%d", i), "HTTP/1.1 404 "+oneLine.Replace(s.named(i, "http.status"))+"\r\nContent-Length: 0\r\n\r\n")
		raw(fmt.Sprintf("/moved/%d", i), "HTTP/1.1 302 Found\r\nLocation: http://"+oneLine.Replace(s.named(i, "http.location"))+".example/\r\nContent-Length: 0\r\n\r\n")
		raw(fmt.Sprintf("/kind/%d", i), "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: "+oneLine.Replace(s.named(i, "http.type"))+"\r\nContent-Encoding: "+oneLine.Replace(s.named(i, "http.encoding"))+"\r\n\r\nx")
		page := fmt.Sprintf("/page/%d", i)
		s.serve(page, "text/html", "<html><title>"+s.at(i, "http.page")+"</title>"+s.at(i, "http.page"))
		urls = append(urls, fmt.Sprintf("%q", s.web+page))
	}
	s.table("[[connectors.feed]]\nname = \"failures\"\nurls = [%s]", strings.Join(urls, ",\n"))
}

// greetings are mail servers that say a text where a server may say one.
func (s *stage) greetings() {
	oneLine := strings.NewReplacer("\n", " ", "\r", " ")
	for n, i := range s.some(5) {
		text := oneLine.Replace(s.at(i, []string{"imap.greeting", "imap.refusal", "imap.alert", "imap.bye"}[n%4]))
		at := serveTCP(s.t, func(c net.Conn) {
			if n%4 == 0 {
				fmt.Fprintf(c, "* BYE %s\r\n", text)
				return
			}
			fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] hello\r\n")
			buf := make([]byte, 4096)
			got, _ := c.Read(buf)
			tag, _, _ := strings.Cut(string(buf[:got]), " ")
			fmt.Fprint(c, []string{"", tag + " NO " + text, tag + " NO [ALERT] " + text, "* BYE " + text}[n%4]+"\r\n")
		})
		host, port, _ := net.SplitHostPort(at)
		s.table("[[connectors.imap]]\nname = \"server%d\"\nhost = %q\nport = %s\ntls = \"none\"\nusername = \"sam\"\npassword = \"x\"", i, host, port)
	}
}

// asked are command lines that hold a text, each wrong in a way or right.
func (s *stage) asked(i int) [][]string {
	text := strings.ReplaceAll(s.at(i, "argv"), "\x00", "")
	return [][]string{{"search", text}, {"show", text}, {"why", text}, {"brief", "--day", text}, {"items", "--source", text}, {"items", "--kind", text}, {text}, {"--" + text},
		{"feedback", "mute", text}, {"feedback", "unmute", text}, {"preload", "--only", text}, {"sources", "test", text}, {"restore", text}, {"schema", text}, {"export", "--out", "/nonesuch/" + text}, {"completion", text}, {"done", text},
		{"feedback", "export", "--format", text}, {"items", "--limit", text}}
}
