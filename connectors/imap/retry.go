package imap

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// tries is how often a session is begun in all. Once begun it is not: what it brought is kept, and the
// next run goes on from there.
const tries = 3

// again marks an error that may be gone at the next try: a refused connection, one that broke off, a server
// that would rather not now. A deadline that fired is none, nor is a refused sign-in.
type again struct{ error }

func (a again) Unwrap() error { return a.error }

// patiently runs begin until it succeeds, fails for good, or has been run often enough.
func (s *source) patiently(ctx context.Context, begin func() (*visit, error)) (*visit, error) {
	for try := 1; ; try++ {
		v, err := begin()
		if err == nil || try == tries || !errors.As(err, new(again)) || !s.wait(ctx, s.pause<<(try-1)) {
			return v, err
		}
	}
}

// wait pauses for d, give or take half, and says whether there is time for another try.
func (s *source) wait(ctx context.Context, d time.Duration) bool {
	d = d/2 + rand.N(max(d, 1))
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return false
	}
	if s.env.Wait != nil {
		return s.env.Wait(ctx, d) == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
