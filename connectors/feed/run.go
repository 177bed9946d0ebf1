package feed

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// atOnce is how many feeds are worked on at a time; the web reader bounds requests a host.
const atOnce = 48

// run is one Fetch.
type run struct {
	*source
	now    time.Time
	before cursor
	memory memory
	was    []byte // memory as it was read, to write it only where it changed
}

// result is what became of one feed.
type result struct {
	items    []minutes.Item
	rejected []minutes.Rejection
	place    place
	history  history
	answered bool  // a server answered, well or not
	err      error // nil where it went well
	untried  bool  // left alone: it failed too often lately
}

// subscriptions are the feeds to read. An unreadable list does not keep the others from it.
func (s *source) subscriptions(ctx context.Context) ([]subscription, error) {
	var subs []subscription
	have := map[string]bool{}
	add := func(sub subscription) {
		if !have[sub.URL] {
			have[sub.URL] = true
			subs = append(subs, sub)
		}
	}
	for _, u := range s.config.URLs {
		add(subscription{URL: strings.TrimSpace(u), Category: s.config.Category})
	}
	if s.config.OPML == "" {
		return subs, nil
	}
	data, err := readList(s.config.OPML)
	if err != nil {
		return subs, err
	}
	got, err := s.env.Parse(ctx, connectors.Document{Parser: "feed.opml", Data: data})
	if err != nil {
		return subs, withHint(fmt.Errorf("%s: %w", s.config.OPML, err), "export the list again, as OPML")
	}
	var list []subscription
	if err := json.Unmarshal([]byte(got.Facts["feeds"]), &list); err != nil {
		return subs, err
	}
	for _, sub := range list {
		if s.config.Category != "" {
			sub.Category = s.config.Category
		}
		add(sub)
	}
	return subs, nil
}

func readList(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, minutes.WithHint(fmt.Errorf("opml %s: %w", path, minutes.ErrNotFound), "check opml in the config")
	}
	if err != nil {
		return nil, minutes.WithHint(fmt.Errorf("opml: %w", err), "check the file's permissions")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, minutes.WithHint(fmt.Errorf("opml: %w", err), "check opml in the config: it must be a file")
	}
	return data, nil
}

// all reads every feed, each into its own place: the order of a batch does not depend on which
// server was fast.
func (r *run) all(ctx context.Context, subs []subscription) []result {
	out := make([]result, len(subs))
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(atOnce, len(subs)) {
		wg.Go(func() { // many feeds each: a goroutine's stack and its room grow once
			var room []byte
			for i := int(next.Add(1)) - 1; i < len(subs); i = int(next.Add(1)) - 1 {
				out[i] = r.one(ctx, subs[i], &room)
			}
		})
	}
	wg.Wait()
	return out
}

// batch puts the results together and notes what is to be remembered. The same entry in two feeds
// is one item, the first's.
func (r *run) batch(subs []subscription, results []result) minutes.Batch {
	var b minutes.Batch
	next := cursor{config: r.fingerprint(), feeds: map[string]place{}}
	histories := memory{Feeds: map[string]history{}, Blocked: r.memory.Blocked}
	online := slices.ContainsFunc(results, func(x result) bool { return x.answered })
	have := map[string]bool{}
	for i, res := range results {
		k := keyFor(subs[i].URL)
		for _, it := range res.items {
			if !have[it.ID] {
				have[it.ID] = true
				b.Items = append(b.Items, it)
			}
		}
		b.Rejected = append(b.Rejected, res.rejected...)
		b.Part = b.Part || res.err == nil
		if !res.place.empty() {
			next.feeds[k] = res.place
		}
		if res.err != nil && !res.untried && (online || len(subs) == 1) {
			res.history.failed(r.now, res.err)
		}
		if res.history != (history{}) {
			histories.Feeds[k] = res.history
		}
		results[i].history = res.history
	}
	r.memory = histories
	b.Next = minutes.Cursor{At: r.now, Token: next.encode()}
	return b
}

// verdict is the error of a run and what is said of each feed that failed.
func (r *run) verdict(subs []subscription, results []result, listErr error, b *minutes.Batch) error {
	var causes []error
	var said []string
	failed := 0
	for i, res := range results {
		if res.err == nil {
			continue
		}
		failed++
		name, why := label(subs[i].URL), reason(subs[i].URL, res.err)
		dead := res.history.dead(r.now)
		if dead {
			why = "dead since " + res.history.Since.In(r.now.Location()).Format("2 January 2006") + ": " + why
		}
		b.Rejected = append(b.Rejected, minutes.Rejection{Source: r.env.Name, Item: minutes.Clean(name),
			Reason: minutes.CleanLine(why).Cut(300), Next: minutes.CleanLine(nextStep(res.err)).Cut(300)})
		if dead {
			continue
		}
		causes = append(causes, res.err)
		if len(said) < 3 {
			said = append(said, name+": "+why)
		}
	}
	if listErr != nil {
		causes = append(causes, listErr)
		said = append(said, listErr.Error())
	}
	if len(causes) == 0 {
		return nil
	}
	text := fmt.Sprintf("%d of %d feeds failed: ", failed, len(results))
	if len(results) == 1 && listErr == nil {
		text = ""
	}
	text += strings.Join(said, "; ")
	if n := len(causes) - len(said); n > 0 {
		text += fmt.Sprintf("; and %d more", n)
	}
	return minutes.WithHint(&failure{"feed: " + text, causes}, nextStep(causes[0]))
}

// failure names the feeds that failed, and can be asked for the cause of each.
type failure struct {
	text   string
	causes []error
}

func (f *failure) Error() string   { return f.text }
func (f *failure) Unwrap() []error { return f.causes }

// reason is err without the host, which its label names already.
func reason(address string, err error) string {
	host, _, _ := strings.Cut(label(address), "/")
	return strings.TrimPrefix(err.Error(), host+": ")
}

func nextStep(err error) string {
	if h := minutes.Hint(err); h != "" {
		return h
	}
	return "try again later"
}

func withHint(err error, hint string) error {
	if minutes.Hint(err) != "" || errors.Is(err, context.Canceled) {
		return err
	}
	return minutes.WithHint(err, hint)
}

// keyFor names a feed in cursor and state without saying its address, which may hold a key.
func keyFor(address string) string {
	sum := sha256.Sum256([]byte(address))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}
