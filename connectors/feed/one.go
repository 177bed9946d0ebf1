package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// maxRoom is how much a worker holds on to between feeds.
const maxRoom = 1 << 20

const accept = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"

// one reads a single feed. Room is where its body goes, and the next one's after it.
func (r *run) one(ctx context.Context, sub subscription, room *[]byte) result {
	k := keyFor(sub.URL)
	res := result{place: r.before.feeds[k], history: r.memory.Feeds[k]}
	if err := res.history.waiting(r.now); err != nil && !minutes.Insisted(ctx) {
		res.err, res.untried = err, true
		return res
	}
	got, err := r.request(ctx, sub, *room, &res)
	if n := cap(got.Body); n > cap(*room) && n <= maxRoom {
		*room = got.Body
	}
	var status *connectors.StatusError
	res.answered = err == nil || errors.As(err, &status)
	if err != nil {
		res.err = withHint(err, "try again later")
		return res
	}
	sum := sha256.Sum256(got.Body)
	if got.NotModified || bytes.Equal(sum[:16], res.place.sum) {
		if !got.NotModified {
			res.place.etag, res.place.last = got.ETag, got.LastModified
		}
		res.rejected = res.place.leftOut()
		res.history.succeeded()
		return res
	}
	parsed, err := r.env.Parse(ctx, r.document(sub, got, unpack(res.place.seen)))
	if err != nil {
		res.err = withHint(err, "open the address in a browser: is it a feed?")
		return res
	}
	res.items, res.rejected = parsed.Items, parsed.Rejected
	for i, rej := range res.rejected { // of a hundred feeds, which
		res.rejected[i].Item = minutes.CleanLine(label(sub.URL) + ", " + rej.Item.String()).Cut(160)
	}
	res.place = place{etag: got.ETag, last: got.LastModified, sum: sum[:16], seen: pack(parsed.Facts["seen"]), left: setAside(res.rejected)}
	res.history.succeeded()
	if got.Moved != "" && public(got.Moved) == got.Moved { // an address with a key in it is not kept
		res.history.Moved = got.Moved
	}
	return res
}

// request asks the feed's address, or the one it moved to; if that is no more, the old one again.
func (r *run) request(ctx context.Context, sub subscription, room []byte, res *result) (connectors.Response, error) {
	req := connectors.Request{Room: room, URL: sub.URL, Accept: accept, ETag: res.place.etag, LastModified: res.place.last, MaxBytes: maxBytes}
	if res.history.Moved == "" {
		return r.get(ctx, req)
	}
	req.URL = res.history.Moved
	got, err := r.get(ctx, req)
	if err == nil || !errors.Is(err, minutes.ErrNotFound) {
		return got, err
	}
	res.history.Moved = ""
	req.URL = sub.URL
	return r.get(ctx, req)
}

func (r *run) document(sub subscription, got connectors.Response, before string) connectors.Document {
	from, _, _ := strings.Cut(got.URL, "?")
	args, err := json.Marshal(arguments{Source: r.env.Name, Private: r.env.Private, Now: r.now, URL: from, FeedURL: public(sub.URL),
		ContentType: got.ContentType, Category: sub.Category, Title: sub.Title, Limit: r.config.Limit, Seen: before})
	if err != nil {
		args = nil // strings and a time of this century: it cannot fail, and the parser would say so
	}
	return connectors.Document{Parser: "feed", Data: got.Body, Args: args}
}
