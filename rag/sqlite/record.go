package sqlite

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dailyminutes/minutes"
)

// A record is an item as its row holds it.
type record struct {
	id, kind, thread, title, author string
	at                              int64
	detail                          []byte
	body, extra, cjk                string
	hash, words                     []byte
}

// detail is what of an item has no column of its own. At keeps the zone that the column at loses.
// A test fails when a field of minutes.Item is in neither.
type detail struct {
	At        time.Time         `json:"at"`
	URL       string            `json:"url,omitempty"`
	Excerpt   minutes.Safe      `json:"excerpt,omitzero"`
	Tags      []string          `json:"tags,omitempty"`
	Private   bool              `json:"private,omitempty"`
	LocalOnly bool              `json:"local_only,omitempty"`
	Mail      *minutes.Mail     `json:"mail,omitempty"`
	Event     *minutes.Event    `json:"event,omitempty"`
	Story     *minutes.Story    `json:"story,omitempty"`
	Article   *minutes.Article  `json:"article,omitempty"`
	Quote     *minutes.Quote    `json:"quote,omitempty"`
	Forecast  *minutes.Forecast `json:"forecast,omitempty"`
}

// hashSize is enough that two different items never share a hash by chance.
const hashSize = 16

// encode makes a record of an item. It fails on what no row can hold: no id, a year after 9999, a
// figure that is not a number.
func encode(it minutes.Item) (record, error) {
	if it.ID == "" || !utf8.ValidString(it.ID) || strings.ContainsFunc(it.ID, unicode.IsControl) {
		return record{}, fmt.Errorf("%q is no id", it.ID) // ids travel in JSON lists, which would change such a one
	}
	if it.Kind == "" {
		return record{}, errors.New("it has no kind")
	}
	b, err := json.Marshal(detail{At: it.At, URL: it.URL, Excerpt: it.Excerpt, Tags: it.Tags, Private: it.Private,
		LocalOnly: it.LocalOnly, Mail: it.Mail, Event: it.Event, Story: it.Story, Article: it.Article, Quote: it.Quote,
		Forecast: it.Forecast})
	if err != nil {
		return record{}, err
	}
	r := record{id: it.ID, kind: string(it.Kind), title: it.Title.String(), author: it.Author.String(),
		at: micros(it.At), detail: b, body: it.Body.String(), extra: extra(it)}
	if it.Mail != nil {
		r.thread = it.Mail.Thread
	}
	r.cjk = pairs(r.title, r.author, r.body, r.extra)
	r.words = sum(r.title, r.author, r.body, r.extra)
	r.hash = sum(r.id, r.kind, string(r.detail), string(r.words))
	return r, nil
}

// sum is a hash of parts that keeps them apart.
func sum(parts ...string) []byte {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		for i := range n {
			n[i] = byte(len(p) >> (8 * i))
		}
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)[:hashSize]
}

// extra is what an item is found by besides title, author and body: the people, places, labels and
// hosts of its closed fields.
func extra(it minutes.Item) string {
	var words []string
	add := func(s ...string) { words = append(words, s...) }
	if it.Body.Empty() {
		add(it.Excerpt.String())
	}
	add(it.Tags...)
	if u, err := url.Parse(it.URL); err == nil {
		add(u.Hostname())
	}
	people := func(as ...minutes.Address) {
		for _, a := range as {
			add(a.Name.String(), a.Email)
		}
	}
	switch {
	case it.Mail != nil:
		people(it.Mail.From)
		people(it.Mail.To...)
		people(it.Mail.Cc...)
		add(it.Mail.Attachments...)
	case it.Event != nil:
		people(it.Event.Organizer)
		people(it.Event.Attendees...)
		add(it.Event.Location.String())
	case it.Article != nil:
		add(it.Article.Feed.String(), it.Article.Category)
	case it.Quote != nil:
		add(it.Quote.Symbol, it.Quote.Name.String(), it.Quote.Currency)
	case it.Forecast != nil:
		add(it.Forecast.Place.String(), it.Forecast.Today.Summary.String(), it.Forecast.Advice.String())
		for _, a := range it.Forecast.Alerts {
			add(a.String())
		}
	}
	out := words[:0]
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, "\n")
}

// decode is the way back; body is "" where it was not read.
func decode(id, kind, source, title, author string, raw []byte, body string) (minutes.Item, error) {
	var d detail
	if err := json.Unmarshal(raw, &d); err != nil {
		return minutes.Item{}, err
	}
	it := minutes.Item{ID: id, Kind: minutes.Kind(kind), Source: source, Title: minutes.Clean(title),
		Author: minutes.Clean(author), Body: minutes.Clean(body), At: d.At, URL: d.URL, Excerpt: d.Excerpt, Tags: list(d.Tags),
		Private: d.Private, LocalOnly: d.LocalOnly, Mail: d.Mail, Event: d.Event, Story: d.Story, Article: d.Article,
		Quote: d.Quote, Forecast: d.Forecast}
	lists(&it)
	return it, nil
}

// lists makes empty lists of absent ones: JSON that is printed has [] and never null.
func lists(it *minutes.Item) {
	if m := it.Mail; m != nil {
		m.To, m.Cc, m.Attachments = list(m.To), list(m.Cc), list(m.Attachments)
		if m.Invite != nil {
			m.Invite.Attendees = list(m.Invite.Attendees)
		}
	}
	if e := it.Event; e != nil {
		e.Attendees = list(e.Attendees)
	}
	if q := it.Quote; q != nil {
		q.Closes = list(q.Closes)
	}
	if f := it.Forecast; f != nil {
		f.Hours, f.Alerts = list(f.Hours), list(f.Alerts)
	}
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
