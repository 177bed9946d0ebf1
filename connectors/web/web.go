// Package web reads over HTTP as a polite program does: with a name, conditional, capped, a few
// requests a host at a time, retried where that helps, redirects told.
package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dailyminutes/minutes"
)

// userAgent names the program and where to complain.
const userAgent = "minutes/1 (+https://github.com/dailyminutes/minutes)"

// maxBody caps a decoded body unless the request says otherwise.
const maxBody = 5 << 20

// A Client reads for one source. HTTP decides where it may connect; its redirects are followed by
// it. Safe for concurrent use.
type Client struct {
	HTTP *http.Client
	Now  func() time.Time
}

// A Request is one GET.
type Request struct {
	URL          string
	Accept       string
	Header       map[string]string // an API key; never logged
	ETag         string            // verbatim, as an earlier Response gave them
	LastModified string
	MaxBytes     int64
}

// A Response is a decoded body with what the next request needs. NotModified has no body.
type Response struct {
	Status       int
	Body         []byte
	NotModified  bool
	ContentType  string
	ETag         string
	LastModified string
	URL          string // where it came from in the end
	Moved        string // the new address, if every redirect on the way was permanent
}

// A StatusError is an answer that is not a success. URL holds no query.
type StatusError struct {
	Code       int
	RetryAfter time.Duration
	Body       []byte // the first 4 KiB, for services that explain themselves in it
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("the server answered %d %s", e.Code, http.StatusText(e.Code))
}

// Get answers r. Errors are wrapped minutes.ErrAuth (401, 403), minutes.ErrNotFound (404, 410),
// minutes.ErrOffline (no connection) or *StatusError, carry a hint, and never hold a query.
func (c *Client) Get(ctx context.Context, r Request) (Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return Response{}, fmt.Errorf("not an address that can be read")
	}
	req.Header.Set("User-Agent", userAgent)
	if r.Accept != "" {
		req.Header.Set("Accept", r.Accept)
	}
	for k, v := range r.Header {
		req.Header.Set(k, v)
	}
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.LastModified)
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return Response{}, fmt.Errorf("%s: %w", req.URL.Hostname(), minutes.ErrOffline)
	}
	defer res.Body.Close()
	out := Response{Status: res.StatusCode, URL: res.Request.URL.String(), ContentType: res.Header.Get("Content-Type"),
		ETag: res.Header.Get("ETag"), LastModified: res.Header.Get("Last-Modified")}
	if res.StatusCode == http.StatusNotModified {
		out.NotModified = true
		return out, nil
	}
	limit := r.MaxBytes
	if limit <= 0 {
		limit = maxBody
	}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return out, fmt.Errorf("%s: the answer broke off: %w", req.URL.Hostname(), minutes.ErrOffline)
	}
	if int64(len(out.Body)) > limit {
		return out, fmt.Errorf("%s: the answer is larger than %d MiB", req.URL.Hostname(), limit>>20)
	}
	if res.StatusCode/100 != 2 {
		return out, &StatusError{Code: res.StatusCode, Body: out.Body[:min(len(out.Body), 4096)]}
	}
	return out, nil
}
