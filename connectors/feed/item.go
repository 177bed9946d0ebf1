package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

const (
	maxBody    = 16 << 10 // of an entry's text: an article's worth; the rest is one key away
	maxExcerpt = 500
	maxTitle   = 200
	maxTags    = 10
)

// stamped is an entry with its place in time and its name.
type stamped struct {
	entry
	id      string
	key     uint64
	at      time.Time
	undated bool
	odd     bool // at is when it was first seen
}

// items makes the batch of a channel: named, dated, newest first, cut at the limit, without what
// an earlier run brought.
func (a arguments) items(ch channel) connectors.Parsed {
	known := decodeSeen(a.Seen)
	all := a.stamp(ch, known)
	slices.SortStableFunc(all, func(x, y stamped) int { return y.at.Compare(x.at) })
	var out connectors.Parsed
	var next seen
	base := a.base(ch)
	name := minutes.CleanLine(a.feedName(ch)).Cut(120)
	for i, e := range all {
		if i >= a.Limit {
			if e.odd { // remembered, or it would be new in every run
				next = append(next, mark{key: e.key, at: uint32(e.at.Unix())})
			}
			continue
		}
		it := a.item(ch, e, base, name)
		m := mark{key: e.key, sum: sumOf(it)}
		if e.odd {
			m.at = uint32(e.at.Unix())
		}
		next = append(next, m)
		if old, ok := known[e.key]; !ok || old.sum != m.sum {
			out.Items = append(out.Items, it)
		}
	}
	out.Facts = map[string]string{"title": name.String(), "kind": ch.kind, "site": minutes.WebURL(base.String()),
		"entries": strconv.Itoa(len(ch.entries)), "seen": next.encode()}
	return out
}

// stamp names and dates the entries. Entries that say the same twice are one.
func (a arguments) stamp(ch channel, known map[uint64]mark) []stamped {
	often := map[string]string{} // a guid with its link, or with "" if several entries bear it
	for _, e := range ch.entries {
		if link, ok := often[e.guid]; ok && link != first(e.links) {
			often[e.guid] = ""
		} else if !ok {
			often[e.guid] = first(e.links)
		}
	}
	out := make([]stamped, 0, len(ch.entries))
	have := make(map[string]bool, len(ch.entries))
	for _, e := range ch.entries {
		if e.title == "" && e.summary == "" && e.content == "" && first(e.links) == "" {
			continue // nothing to read and nowhere to go
		}
		s := stamped{entry: e}
		ambiguous := e.guid != "" && often[e.guid] == "" && first(e.links) != ""
		s.id = a.identify(e, ambiguous)
		if have[s.id] {
			continue
		}
		have[s.id] = true
		s.key = keyOf(s.id)
		s.at, s.undated, s.odd = a.date(e, known[s.key].at)
		out = append(out, s)
	}
	return out
}

// identify gives the entry the same name in every run: of its guid, else its link, else its title
// and date. A guid that only counts ("12") is a name within its feed alone.
func (a arguments) identify(e entry, ambiguous bool) string {
	guid := strings.TrimSpace(e.guid)
	within := ""
	switch {
	case guid != "" && !ambiguous:
		if len(guid) < 16 && !strings.Contains(guid, ":") {
			within = a.FeedURL
		}
	case first(e.links) != "":
		guid = strings.TrimSpace(first(e.links))
		if !isURL(guid) {
			within = a.FeedURL
		}
	default:
		guid, within = e.title+"\x00"+or(e.published, e.updated)+"\x00"+e.summary, a.FeedURL
	}
	h := sha256.New()
	for _, s := range []string{a.Source, within, guid} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return "feed:" + hex.EncodeToString(h.Sum(nil)[:12])
}

// date is when the entry was published. first is when an earlier run saw it, in seconds, or 0.
// Without a usable date that is its date; a date in the future is held to it too.
func (a arguments) date(e entry, first uint32) (at time.Time, undated, odd bool) {
	seenAt := a.Now
	if first > 0 {
		seenAt = time.Unix(int64(first), 0).In(a.Now.Location())
	}
	for _, d := range []struct {
		text string
		at   *time.Time
	}{{e.published, e.publishedAt}, {e.updated, e.updatedAt}} {
		t, ok := time.Time{}, false
		if d.at != nil {
			t, ok = *d.at, true
		} else if d.text != "" {
			t, ok = parseDate(d.text)
		}
		if !ok || t.Year() < 1990 { // before feeds: a zero that some program wrote
			continue
		}
		if t.After(a.Now) {
			return seenAt, false, true
		}
		return t.In(a.Now.Location()), false, false
	}
	return seenAt, true, true
}

func (a arguments) item(ch channel, e stamped, base *url.URL, name minutes.Safe) minutes.Item {
	summary := connectors.HTMLText(e.summary, maxBody)
	body := summary
	if strings.TrimSpace(e.content) != "" {
		body = connectors.HTMLText(e.content, maxBody)
	}
	excerpt := excerptOf(or(summary, body))
	it := minutes.Item{ID: e.id, Kind: minutes.KindArticle, Source: a.Source, Private: a.Private, At: e.at,
		URL: pick(base, e.links), Title: a.title(e, excerpt), Author: authorOf(e.authors, ch.authors), Excerpt: excerpt,
		Body: minutes.Clean(body), Tags: tags(e.tags),
		Article: &minutes.Article{Feed: name, FeedURL: a.FeedURL, Category: a.Category, Undated: e.undated}}
	if it.Body == it.Excerpt {
		it.Body = minutes.Safe{} // said already
	}
	return it
}

// excerptOf is the beginning of a text, on one line. Only so much of it is looked at as can matter.
func excerptOf(text string) minutes.Safe {
	n := 0
	for i := range text {
		if n++; n > maxExcerpt+100 {
			text = text[:i]
			break
		}
	}
	return minutes.CleanLine(dropBoilerplate(text)).Cut(maxExcerpt)
}

// title is the entry's, or the first words of its text.
func (a arguments) title(e stamped, excerpt minutes.Safe) minutes.Safe {
	t := e.title
	if !e.titleIsText {
		t = titleText(t)
	}
	if s := minutes.CleanLine(t).Cut(maxTitle); !s.Empty() {
		return s
	}
	if s, _, ok := strings.Cut(excerpt.String(), ". "); ok && len(s) > 20 && len(s) < 120 {
		return minutes.Clean(s + ".")
	}
	if !excerpt.Empty() {
		return excerpt.Cut(80)
	}
	if u, err := url.Parse(first(e.links)); err == nil && u.Host != "" {
		return minutes.CleanLine(u.Hostname() + u.Path).Cut(maxTitle)
	}
	return minutes.Clean("(no title)")
}

func authorOf(entry, feed []string) minutes.Safe {
	names := entry
	if len(names) == 0 {
		names = feed
	}
	var out []string
	for _, n := range names[:min(len(names), 3)] {
		n = titleText(n)
		// RSS wants "address (Name)": the name is the person.
		if before, after, ok := strings.Cut(n, "("); ok && strings.Contains(before, "@") {
			n = or(strings.TrimSuffix(strings.TrimSpace(after), ")"), before)
		}
		if n = strings.TrimSpace(n); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return minutes.CleanLine(strings.Join(out, ", ")).Cut(120)
}

func tags(in []string) []string {
	out := []string{}
	for _, t := range in {
		s := strings.ToLower(minutes.CleanLine(titleText(t)).Cut(40).String())
		if s != "" && len(out) < maxTags && !slices.Contains(out, s) && !isURL(s) {
			out = append(out, s)
		}
	}
	return out
}

// feedName is the feed's title, or what the list of feeds calls it, or its host.
func (a arguments) feedName(ch channel) string {
	if t := titleText(ch.title); strings.TrimSpace(t) != "" {
		return t
	}
	if a.Title != "" {
		return a.Title
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// sumOf changes when what a reader sees of the item does.
func sumOf(it minutes.Item) uint32 {
	sum := uint32(0)
	room := make([]byte, 0, len(it.Body.String())+1) // mostly the longest
	for _, s := range []string{it.Title.String(), it.URL, it.Author.String(), it.Excerpt.String(), it.Body.String(),
		strconv.FormatInt(it.At.Unix(), 36), strings.Join(it.Tags, ","), it.Article.Category} {
		room = append(append(room[:0], s...), 0)
		sum = crc32.Update(sum, crc32.IEEETable, room)
	}
	return sum
}

func keyOf(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return h.Sum64()
}
