package feed

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/sync/errgroup"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

const (
	maxPages  = 20      // article pages a run: the brief has room for fewer
	maxPage   = 2 << 20 // bytes of one
	stub      = 400     // an entry with less text than this, in bytes, has its article elsewhere
	blockedIs = 7 * 24 * time.Hour
)

// fullText fetches the articles of entries that are stubs and puts their text in place. Only pages
// of the feed's own site are asked for: a feed may not send this program anywhere it likes. A
// host that refuses is left alone for a week.
func (r *run) fullText(ctx context.Context, items []minutes.Item) {
	var mu sync.Mutex
	blocked := map[string]time.Time{}
	for host, until := range r.memory.Blocked {
		if until.After(r.now) {
			blocked[host] = until
		}
	}
	allowed := maps.Clone(blocked)
	var g errgroup.Group
	g.SetLimit(8)
	pages := 0
	for i := range items {
		it := &items[i]
		host := hostOf(it.URL)
		if pages >= maxPages || !isStub(*it) || !sameSite(it.URL, it.Article.FeedURL) || !allowed[host].IsZero() {
			continue
		}
		pages++
		g.Go(func() error {
			text, err := r.article(ctx, it.URL)
			if err != nil {
				if refuses(err) {
					mu.Lock()
					blocked[host] = r.now.Add(blockedIs)
					mu.Unlock()
				}
				r.env.Log.Debug("feed: no full text", "host", host, "error", err)
				return nil
			}
			if len(text.String()) > len(it.Body.String())+len(it.Excerpt.String()) {
				it.Body = text
				if it.Excerpt.Empty() {
					it.Excerpt = text.Line().Cut(maxExcerpt)
				}
			}
			return nil
		})
	}
	_ = g.Wait()
	if r.memory.Blocked = blocked; len(blocked) == 0 {
		r.memory.Blocked = nil
	}
}

func (r *run) article(ctx context.Context, address string) (minutes.Safe, error) {
	got, err := r.get(ctx, connectors.Request{URL: address, Accept: "text/html, application/xhtml+xml;q=0.9, */*;q=0.1", MaxBytes: maxPage})
	if err != nil {
		return minutes.Safe{}, err
	}
	if got.ContentType != "" && !strings.Contains(got.ContentType, "html") {
		return minutes.Safe{}, errors.New("not a page")
	}
	args, err := json.Marshal(pageArguments{URL: got.URL, ContentType: got.ContentType})
	if err != nil {
		return minutes.Safe{}, err
	}
	parsed, err := r.env.Parse(ctx, connectors.Document{Parser: "feed.article", Data: got.Body, Args: args})
	if err != nil {
		return minutes.Safe{}, err
	}
	return minutes.Clean(parsed.Facts["text"]), nil
}

func isStub(it minutes.Item) bool {
	return it.URL != "" && len(it.Body.String())+len(it.Excerpt.String()) < stub
}

// refuses says whether a host turns programs away.
func refuses(err error) bool {
	var s *connectors.StatusError
	return errors.As(err, &s) && (s.Code == 401 || s.Code == 403 || s.Code == 429 || s.Code == 451)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// sameSite says whether two addresses belong to whoever registered one name.
func sameSite(a, b string) bool { return site(hostOf(a)) == site(hostOf(b)) && hostOf(a) != "" }

func site(host string) string {
	name, port, _ := strings.Cut(host, ":")
	if s, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return s
	}
	return name + ":" + port // an address in figures: the port too
}
