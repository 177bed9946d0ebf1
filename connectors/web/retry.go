package web

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"

	"github.com/dailyminutes/minutes"
)

// maxRetryAfter is the longest wish that is honoured: who asks for more is asked again in the next run.
const maxRetryAfter = time.Minute

// retry runs try until it succeeds, may not be repeated, or has been made often enough.
func (c *Client) retry(ctx context.Context, try func() (Response, error)) (Response, error) {
	var last Response
	var lastErr error
	tried := ctx.Err() == nil
	if tried { // mostly the first try is the last, and needs no policy
		if last, lastErr = try(); lastErr == nil {
			return last, nil
		}
	}
	pause := c.Limits.Filled().Pause
	policy := retrypolicy.NewBuilder[Response]().
		WithMaxAttempts(or(c.Tries, 3)).
		HandleIf(func(_ Response, err error) bool { return passing(err) }).
		// A wait past the deadline would only turn a clear error into "too slow".
		AbortIf(func(_ Response, err error) bool {
			var s *StatusError
			return ctx.Err() != nil || errors.As(err, &s) && (s.RetryAfter > maxRetryAfter || !fits(ctx, s.RetryAfter)) || !fits(ctx, pause/2)
		}).
		WithDelayFunc(func(e failsafe.ExecutionAttempt[Response]) time.Duration {
			d := delay(pause, e.LastError(), e.Attempts())
			if c.Wait == nil {
				return d
			}
			_ = c.Wait(ctx, d) // an ended ctx is seen before the next try
			return 0
		}).
		ReturnLastFailure().
		Build()
	_, err := failsafe.With(policy).WithContext(ctx).Get(func() (Response, error) {
		if tried {
			tried = false
			return last, lastErr
		}
		last, lastErr = try()
		return last, lastErr
	})
	if lastErr == nil && err != nil { // ctx had ended before the first try
		return Response{}, ended("", err)
	}
	if lastErr != nil && errors.Is(ctx.Err(), context.Canceled) && !errors.Is(lastErr, context.Canceled) {
		return last, ended("", context.Canceled) // called off while waiting for the next try
	}
	return last, lastErr
}

// delay is the server's own wish, or the pause doubled with every try, give or take half.
func delay(pause time.Duration, err error, attempts int) time.Duration {
	var s *StatusError
	if errors.As(err, &s) && s.RetryAfter > 0 {
		return s.RetryAfter
	}
	d := pause << min(max(attempts-1, 0), 5)
	return d/2 + rand.N(d)
}

// fits says whether ctx leaves time for a wait of d.
func fits(ctx context.Context, d time.Duration) bool {
	t, ok := ctx.Deadline()
	return !ok || time.Until(t) > d
}

// passing says whether err may be gone at the next try.
func passing(err error) bool {
	var silent *stalled
	if err == nil || errors.Is(err, context.Canceled) || errors.As(err, &silent) {
		return false // who was silent for so long is not asked to be silent again
	}
	var s *StatusError
	if errors.As(err, &s) {
		switch s.Code {
		case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
			return true
		case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported, http.StatusNetworkAuthenticationRequired:
			return false
		}
		return s.Code >= 500
	}
	if !errors.Is(err, minutes.ErrOffline) {
		return false
	}
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var alert tls.AlertError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound, errors.As(err, &cert), errors.As(err, &alert):
		return false
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH): // this machine is offline
		return false
	case errors.As(err, &header), errors.Is(err, http.ErrSchemeMismatch):
		return false
	}
	return true
}
