package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dailyminutes/minutes"
)

// maxErrorBody is what is read of an answer that is no success: services explain themselves there.
const maxErrorBody = 4 << 10

// try makes r once.
func (c *Client) try(ctx context.Context, r Request) (Response, error) {
	req, err := newRequest(ctx, r)
	if err != nil {
		return Response{}, err
	}
	host := req.URL.Hostname()
	leave, err := c.gate.enter(ctx, req.URL.Host, or(c.PerHost, 6), or(c.Total, 32))
	if err != nil {
		return Response{}, ended(host, err)
	}
	defer leave()

	ctx, w := watched(ctx, c.Limits.Filled())
	defer w.stop()

	var route route
	client := *c.HTTP
	client.CheckRedirect = route.check(client.CheckRedirect, r.Header)
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return Response{}, route.explain(host, w.explain(ctx, host, err))
	}
	defer res.Body.Close()
	out := Response{Status: res.StatusCode, URL: res.Request.URL.String(), ContentType: res.Header.Get("Content-Type"),
		ETag: res.Header.Get("ETag"), LastModified: res.Header.Get("Last-Modified"), Header: res.Header,
		Moved: route.moved(res.Request.URL.String())}
	if res.StatusCode == http.StatusNotModified {
		out.NotModified = true
		return out, nil
	}
	body := w.body(res.Body)
	if res.StatusCode/100 != 2 {
		explanation, _ := io.ReadAll(io.LimitReader(body, maxErrorBody))
		return out, c.status(host, res, explanation)
	}
	if enc := res.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return out, minutes.WithHint(fmt.Errorf("%s: the answer is compressed in a way that was not asked for (%.20q)", host, enc),
			"try again later; if it stays, the server is set up wrongly: tell its owner")
	}
	out.Body, err = read(body, r.Room, res.ContentLength, or(r.MaxBytes, maxBody))
	if err != nil {
		return out, w.explain(ctx, host, err)
	}
	return out, nil
}

func newRequest(ctx context.Context, r Request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil || (req.URL.Scheme != "http" && req.URL.Scheme != "https") || req.URL.Host == "" {
		return nil, minutes.WithHint(errors.New("not an address that can be read"), "write it as https://host/path in the config")
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
	return req, nil
}

// errTooLarge is an answer past its cap. Reading on would be paid for by the user.
type errTooLarge int64

func (e errTooLarge) Error() string {
	if e < 1<<20 {
		return fmt.Sprintf("the answer is larger than %d KiB", int64(e)>>10)
	}
	return fmt.Sprintf("the answer is larger than %d MiB", int64(e)>>20)
}

// read reads to the end or to the cap, in one allocation where the length is announced.
func read(r io.Reader, room []byte, announced, limit int64) ([]byte, error) {
	if announced > limit {
		return nil, errTooLarge(limit)
	}
	b := bytes.NewBuffer(room[:0])
	if announced < 0 && cap(room) == 0 {
		announced = 32 << 10 // chunked: a guess saves growing step by step
	}
	b.Grow(int(max(announced, 0)) + bytes.MinRead)
	n, err := b.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = errTooLarge(limit)
	}
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
