package ics

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// download is the calendar at the address. Where the server says that nothing has changed, it is
// what was kept of the last answer.
func (s *source) download(ctx context.Context, last *memo) ([]document, error) {
	u, err := s.config.URL.resolve(ctx, s.env)
	if err != nil {
		return nil, err
	}
	if id := sum([]byte(u.String())); last.Address != id {
		*last = memo{Address: id, Seen: last.Seen} // another calendar under the same name
	}
	body := last.body()
	req := connectors.Request{URL: u.String(), Accept: "text/calendar, */*;q=0.5", MaxBytes: maxBytes}
	if body != nil {
		req.ETag, req.LastModified = last.ETag, last.Modified
	}
	res, err := s.get(ctx, req)
	if err != nil {
		return nil, remoteError(err, u)
	}
	switch {
	case res.NotModified && body != nil:
	case res.NotModified:
		return nil, minutes.WithHint(errors.New(u.Hostname()+": the server says that nothing has changed since never"), "try again later")
	default:
		last.ETag, last.Modified = res.ETag, res.LastModified
		if last.keep(res.Body); body == nil || res.Body != nil {
			body = res.Body
		}
	}
	return []document{{label: u.Hostname(), data: body}}, nil
}

// remoteError gives the answers that a calendar's address is likely to get the next step that helps.
func remoteError(err error, u *url.URL) error {
	hint := minutes.Hint(err)
	switch {
	case errors.Is(err, minutes.ErrAuth):
		hint = "the address needs more than it holds: copy the calendar's secret iCal address again (see the connector's README)"
	case errors.Is(err, minutes.ErrNotFound):
		hint = "the secret address was reset or the calendar is no longer shared: copy its address again"
	}
	return minutes.WithHint(quiet(err, u), hint)
}

// sum identifies bytes, or an address without showing it.
func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:12])
}
