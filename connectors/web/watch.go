package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/dailyminutes/minutes"
)

// A step is what a request is at.
type step int32

const (
	connecting step = iota // a name is looked up, a connection made, TLS agreed on
	waiting                // for the answer to begin
	reading                // its body
)

// String ends the sentence "time was up while it was …".
func (s step) String() string {
	switch s {
	case waiting:
		return "waiting for the answer"
	case reading:
		return "reading the answer"
	}
	return "connecting"
}

// stalled is the error of a deadline of this package or of HTTP's: what did not come, within how long.
type stalled struct {
	what, hint string
	err        error // nil, or of no connection at all
}

func (s *stalled) Error() string { return s.what }
func (s *stalled) Unwrap() error { return s.err }

// A watch ends one request for want of bytes, and knows what it was at. The time to connect is not its
// own: HTTP keeps that.
type watch struct {
	limits minutes.Deadlines
	at     atomic.Int32
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// watched is ctx for a request, ended when the answer does not begin in time after it was asked for.
func watched(ctx context.Context, limits minutes.Deadlines) (context.Context, *watch) {
	w := &watch{limits: limits}
	ctx, w.cancel = context.WithCancelCause(ctx)
	w.timer = time.AfterFunc(time.Hour, w.end)
	w.timer.Stop()
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.enter(connecting) }, // of a redirect, once more
		GotConn: func(httptrace.GotConnInfo) { w.enter(waiting) },
	}), w
}

func (w *watch) enter(s step) {
	w.at.Store(int32(s))
	switch s {
	case connecting:
		w.timer.Stop()
	case waiting:
		w.timer.Reset(w.limits.Headers)
	case reading:
		w.timer.Reset(w.limits.Idle)
	}
}

func (w *watch) step() step { return step(w.at.Load()) }

// end is the watch's own deadline.
func (w *watch) end() {
	if w.step() == reading {
		w.cancel(&stalled{what: fmt.Sprintf("the server stopped sending: nothing came for %s", w.limits.Idle), hint: tooSlow})
		return
	}
	w.cancel(&stalled{what: fmt.Sprintf("no answer within %s", w.limits.Headers), hint: tooSlow})
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// body reads r and pushes the watch on with every byte that comes, so that a slow body may take its
// time and a dead one may not. How long a drip may last is the source's deadline.
func (w *watch) body(r io.Reader) io.Reader {
	w.enter(reading)
	return &idleReader{r, w}
}

type idleReader struct {
	r io.Reader
	w *watch
}

func (i *idleReader) Read(p []byte) (int, error) {
	i.w.enter(reading)
	return i.r.Read(p)
}

// explain says what ended the request: the watch, the caller, a deadline of HTTP's, or err.
func (w *watch) explain(ctx context.Context, host string, err error) error {
	var own *stalled
	switch cause := context.Cause(ctx); {
	case errors.As(cause, &own):
	case errors.Is(cause, context.DeadlineExceeded):
		own = &stalled{"time was up while " + w.step().String(), tooSlow, cause}
	case cause != nil:
		return ended(host, cause)
	case minutes.Hint(err) == "": // the egress broker's own has one
		own = w.deadline(err)
	}
	if own != nil {
		return offline(host, own.what, own, own.hint)
	}
	return explain(host, err)
}

// deadline is what err is if a deadline that HTTP keeps fired, nil if none did.
func (w *watch) deadline(err error) *stalled {
	var dns *net.DNSError
	var op *net.OpError
	var timeout net.Error
	switch {
	case !errors.As(err, &timeout) || !timeout.Timeout():
		return nil
	case errors.As(err, &dns):
		return &stalled{fmt.Sprintf("its name could not be looked up within %s", w.limits.Connect), noNames, minutes.ErrUnreached}
	case errors.As(err, &op) && op.Op == "dial":
		return &stalled{fmt.Sprintf("no connection within %s", w.limits.Connect), "check the address and the network: nothing answers there, or a firewall keeps it away",
			minutes.ErrUnreached}
	case w.step() == connecting:
		return &stalled{fmt.Sprintf("no TLS handshake within %s", w.limits.TLS), tooSlow, nil}
	case w.step() == waiting:
		return &stalled{fmt.Sprintf("no answer within %s", w.limits.Headers), tooSlow, nil}
	}
	return nil
}
