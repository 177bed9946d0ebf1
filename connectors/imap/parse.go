package imap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // invitations name zones, and a minimal host has no zone files
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// What an item keeps.
const (
	maxBody    = 32 << 10 // bytes
	maxExcerpt = 500      // runes
	maxTitle   = 300      // runes
	maxFiles   = 50
)

// parserName is the parser's name in the jail.
const parserName = "imap"

// parseArgs is what the parser is told beside the bytes. A document holds several messages, one
// after another, each with what the server said of it; without Messages the document is one.
type parseArgs struct {
	Source    string    `json:"source"`
	Zone      string    `json:"zone,omitempty"` // IANA, for floating times
	Now       time.Time `json:"now,omitzero"`   // for a message that has no date at all
	Addresses []string  `json:"addresses,omitempty"`
	Private   bool      `json:"private"`
	LocalOnly bool      `json:"local_only,omitempty"`
	Messages  []meta    `json:"messages,omitempty"`
}

// meta is one message of a document. Raw is how many bytes of it follow: a header and as much of the
// body as was read. Parts are leaves read by themselves from a message that was cut.
type meta struct {
	Folder   string     `json:"folder"`
	UID      uint32     `json:"uid,omitempty"`
	Sent     bool       `json:"sent,omitempty"` // from the Sent folder
	Unread   bool       `json:"unread,omitempty"`
	Flagged  bool       `json:"flagged,omitempty"`
	Answered bool       `json:"answered,omitempty"`
	Received time.Time  `json:"received,omitzero"`
	Size     int64      `json:"size,omitempty"`
	Raw      int        `json:"raw"`
	Cut      bool       `json:"cut,omitempty"` // not all of its text was read
	Known    bool       `json:"known,omitempty"`
	Files    []string   `json:"files,omitempty"` // as the server's BODYSTRUCTURE names them, when Known
	Parts    []partMeta `json:"parts,omitempty"`
}

// partMeta is a leaf whose Bytes follow the message's.
type partMeta struct {
	Type     string            `json:"type"`
	Params   map[string]string `json:"params,omitempty"`
	Encoding string            `json:"encoding,omitempty"`
	Bytes    int               `json:"bytes"`
}

// parse reads messages. A message that cannot be read is rejected by itself; an error means that the
// document as a whole makes no sense.
func parse(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var args parseArgs
	if len(doc.Args) > 0 {
		if err := json.Unmarshal(doc.Args, &args); err != nil {
			return connectors.Parsed{}, fmt.Errorf("mail: arguments: %w", err)
		}
	}
	zone, err := time.LoadLocation(args.Zone)
	if err != nil {
		zone = time.UTC
	}
	if len(args.Messages) == 0 {
		args.Messages = []meta{{Raw: len(doc.Data), Size: int64(len(doc.Data))}}
	}
	var out connectors.Parsed
	data := doc.Data
	take := func(n int) ([]byte, bool) {
		if n < 0 || n > len(data) {
			return nil, false
		}
		b := data[:n]
		data = data[n:]
		return b, true
	}
	for i := range args.Messages {
		m := message{parseArgs: &args, meta: &args.Messages[i], zone: zone}
		raw, ok := take(m.meta.Raw)
		for _, p := range m.meta.Parts {
			b, fits := take(p.Bytes)
			ok = ok && fits
			m.parts = append(m.parts, b)
		}
		if !ok {
			return out, errors.New("mail: the document is shorter than its arguments say")
		}
		it, err := m.item(raw)
		if err != nil {
			out.Rejected = append(out.Rejected, m.reject(err))
			continue
		}
		out.Items = append(out.Items, it)
	}
	return out, nil
}

// message is one message being read.
type message struct {
	*parseArgs
	meta  *meta
	zone  *time.Location
	parts [][]byte
}

func (m message) reject(err error) minutes.Rejection {
	return rejection(m.Source, place{m.meta.Folder, m.meta.UID}, err.Error())
}

// rejection is what is said of a message that cannot be read.
func rejection(source string, at place, why string) minutes.Rejection {
	return minutes.Rejection{Source: source, Item: at.name(), Reason: minutes.CleanLine(why),
		Next: minutes.CleanLine("open it in your mail program")}
}

// name is the message's, for a person.
func (p place) name() minutes.Safe {
	if p.uid == 0 {
		return minutes.CleanLine("a message")
	}
	return minutes.CleanLine(fmt.Sprintf("message %d in %s", p.uid, p.folder))
}

// item reads raw. A panic of a parser costs this message.
func (m message) item(raw []byte) (it minutes.Item, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gave up: %.120v", p)
		}
	}()
	if len(raw) > maxMail {
		return it, fmt.Errorf("it is larger than %d MiB", maxMail>>20)
	}
	if i := bytes.IndexByte(raw[:min(len(raw), 4096)], '\n'); i < 0 && bytes.Count(raw, []byte("\r")) > 1 {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n")) // a Macintosh of old
	}
	var w walker
	root := w.walk(raw, 0, false)
	if len(root.header) == 0 && len(strings.TrimSpace(string(root.data))) == 0 {
		return it, errors.New("it is empty")
	}
	var r reading
	if len(m.parts) > 0 {
		m.readParts(&r)
	} else {
		r.read(root, "")
	}
	mail := m.envelope(root)
	it = minutes.Item{Kind: minutes.KindMail, Source: m.Source, Mail: mail, Private: m.Private, LocalOnly: m.LocalOnly}
	h := root.header
	charset := root.kind.params["charset"]
	it.Title = minutes.CleanLine(decodeWords(h.get("subject"), charset)).Cut(maxTitle)
	if it.Title.Empty() {
		it.Title = minutes.CleanLine("(no subject)")
	}
	it.Author = minutes.CleanLine(mail.From.String())
	it.At = sentAt(h.get("date"), m.meta.Received)
	if it.At.IsZero() {
		it.At = m.Now
	}
	it.At = it.At.In(m.zone)
	it.ID = itemID(m.Source, mail.MessageID, mail.From.Email, it.Title.String(), it.At, m.meta.Size)
	m.invite(&r, mail)
	own := ownWords(r.words(0))
	it.Body = clip(own)
	it.Excerpt = excerptOf(own)
	mail.Attachments = m.files(&r)
	mail.Truncated = m.meta.Cut || w.parts >= maxParts || len(own) > maxBody
	it.Tags = tags(m.meta, mail, r.encrypted)
	return it, nil
}

// readParts reads the leaves that were fetched by themselves, as forms of one text.
func (m message) readParts(r *reading) {
	alt := &part{kind: media{value: "multipart/alternative"}}
	for i, p := range m.meta.Parts {
		params := map[string]string{}
		for k, v := range p.Params {
			params[strings.ToLower(k)] = v
		}
		alt.children = append(alt.children, &part{kind: media{value: strings.ToLower(p.Type), params: params}, encoding: p.Encoding, data: m.parts[i],
			header: header{{"content-type", p.Type}}})
	}
	r.read(alt, "")
}

// envelope reads what the header says of who and why.
func (m message) envelope(root *part) *minutes.Mail {
	h, charset := root.header, root.kind.params["charset"]
	people := func(key string) []minutes.Address { return parseAddresses(h.all(key), charset) }
	mail := &minutes.Mail{Folder: minutes.CleanLine(m.meta.Folder).String(), To: people("to"), Cc: people("cc"),
		Unread: m.meta.Unread, Flagged: m.meta.Flagged, Answered: m.meta.Answered}
	if from := append(people("from"), people("sender")...); len(from) > 0 {
		mail.From = from[0]
	}
	if ids := messageIDs(h.get("message-id")); len(ids) > 0 {
		mail.MessageID = ids[0]
	}
	if ids := messageIDs(h.get("in-reply-to")); len(ids) > 0 {
		mail.InReplyTo = ids[0]
	}
	mail.ListID = listID(h.get("list-id"))
	mail.Bulk = bulk(h)
	mail.FromMe = mine(mail.From.Email, m.Addresses) || m.meta.Sent && mail.From.Email == ""
	people2 := []string{mail.From.Email}
	for _, a := range mail.To {
		people2 = append(people2, a.Email)
		mail.Direct = mail.Direct || mine(a.Email, m.Addresses)
	}
	mail.Direct = mail.Direct && mail.ListID == "" && !mail.Bulk
	mail.Thread = threadOf(h, mail.MessageID, decodeWords(h.get("subject"), charset), people2)
	return mail
}

// bulk says that a machine sent this to many.
func bulk(h header) bool {
	switch strings.ToLower(strings.TrimSpace(h.get("precedence"))) {
	case "bulk", "list", "junk":
		return true
	}
	if a := strings.ToLower(h.get("auto-submitted")); a != "" && !strings.HasPrefix(a, "no") {
		return true
	}
	return h.has("list-unsubscribe")
}

func listID(s string) string {
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s, _, _ = strings.Cut(s[i+1:], ">")
	}
	return strings.ToLower(minutes.CleanLine(s).Cut(200).String())
}

// invite takes the first calendar part that holds an event.
func (m message) invite(r *reading, mail *minutes.Mail) {
	for _, p := range r.calendar {
		e, title, method := readInvite(p.text(maxInvite), m.zone, m.Addresses)
		if method == "" {
			method = strings.ToUpper(p.kind.params["method"])
		}
		if e == nil {
			continue
		}
		mail.Invite, mail.Method = e, minutes.CleanLine(method).Cut(20).String()
		if len(r.plain) == 0 && len(r.html) == 0 {
			r.plain = []string{title + "\n" + e.Location.String()} // an invitation without a word of text
		}
		return
	}
}

func (m message) files(r *reading) []string {
	names := r.files
	if m.meta.Known {
		names = m.meta.Files
	}
	out := []string{}
	for _, n := range names[:min(len(names), maxFiles)] {
		n = decodeWords(n, "")
		n = n[strings.LastIndexAny(n, `/\`)+1:] // a name is no path
		if n := minutes.CleanLine(n).Cut(150).String(); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// excerptOf is the beginning of a text on one line. Mostly a short stretch of it is enough to tell.
func excerptOf(own string) minutes.Safe {
	for _, n := range [...]int{maxExcerpt * 5 / 4, 8 * maxExcerpt} {
		line := minutes.Clean(strings.ToValidUTF8(own[:min(len(own), n)], "")).Line()
		if n >= len(own) || n == 8*maxExcerpt || utf8.RuneCountInString(line.String()) > maxExcerpt+1 {
			return line.Cut(maxExcerpt)
		}
	}
	return minutes.Safe{}
}

func clip(s string) minutes.Safe {
	if len(s) > maxBody {
		s = strings.ToValidUTF8(s[:maxBody], "")
	}
	return minutes.Clean(s)
}

func tags(m *meta, mail *minutes.Mail, encrypted bool) []string {
	out := []string{}
	add := func(name string, on bool) {
		if on {
			out = append(out, name)
		}
	}
	add("unread", mail.Unread)
	add("flagged", mail.Flagged)
	add("answered", mail.Answered)
	add("sent", m.Sent)
	add("list", mail.ListID != "")
	add("bulk", mail.Bulk)
	add("invite", mail.Invite != nil)
	add("attachment", len(mail.Attachments) > 0)
	add("encrypted", encrypted)
	return out
}
