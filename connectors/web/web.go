// Package web reads over HTTP as a polite program does: with a name, conditional, capped, a few
// requests a host at a time, retried where that helps, redirects told.
package web

import (
	"context"
	"net/http"
	"time"

	"github.com/dailyminutes/minutes"
)

// userAgent names the program and where to complain.
const userAgent = "minutes/1 (+https://github.com/dailyminutes/minutes)"

// maxBody caps a decoded body unless the request says otherwise.
const maxBody = 5 << 20

// A Client reads for one source. HTTP decides where it may connect; this package only adds
// manners, so nothing it does can widen what HTTP allows. Safe for concurrent use. The fields
// below Now are for tests and for servers with rules of their own; zero means the default.
type Client struct {
	HTTP *http.Client
	Now  func() time.Time

	// Wait sleeps between tries, for d or until ctx ends; nil is a real timer.
	Wait    func(ctx context.Context, d time.Duration) error
	PerHost int // requests to one host at once; 0 means 6
	Total   int // requests at once; 0 means 32
	Tries   int // how often a request is made in all; 0 means 3
	// Limits are how long each step may take. Connect and TLS are kept by HTTP, and only told here.
	Limits minutes.Deadlines

	gate gate
}

// A Request is one GET.
type Request struct {
	URL          string
	Accept       string
	Header       map[string]string // an API key; never logged, never sent to another host or over plain http after https
	ETag         string            // verbatim, as an earlier Response gave them
	LastModified string
	MaxBytes     int64 // of the decoded body; 0 means 5 MiB
	// Room is where the body is read to, if it fits: the Response's Body is then the same memory, for
	// callers that read one answer after another. nil has new memory made.
	Room []byte
}

// A Response is a decoded body with what the next request needs. NotModified has no body. The
// charset is untouched: Body is what the server sent, less its compression.
type Response struct {
	Status       int
	Body         []byte
	NotModified  bool
	ContentType  string
	ETag         string
	LastModified string
	URL          string      // where it came from in the end
	Moved        string      // the new address, if every redirect on the way was permanent
	Header       http.Header // of the last answer
}

// Get answers r. Errors are wrapped minutes.ErrAuth (401, 403), minutes.ErrNotFound (404, 410),
// minutes.ErrOffline (no connection, no answer in time) or *StatusError; each carries a hint, and
// none holds a query, a password or a header. A hint that HTTP's own error carries is kept.
//
// What may pass is tried again, three times in all and within ctx: lost connections, 408, 425,
// 429 and 5xx. A deadline that fired is not tried again: the error names it. A Retry-After of more than a minute, or past ctx's deadline, is returned in the
// *StatusError at once: the caller knows better than a sleep.
func (c *Client) Get(ctx context.Context, r Request) (Response, error) {
	return c.retry(ctx, func() (Response, error) { return c.try(ctx, r) })
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
