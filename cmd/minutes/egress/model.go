package egress

import (
	"context"
	"net/http"

	"github.com/dailyminutes/minutes"
)

// ForModel makes what one model is asked with. A model may think for minutes before the first byte of its
// answer, so nothing here limits that: the caller's patience does. What a request carries differs from
// prompt to prompt: WithClass tells the ledger.
func (b *Broker) ForModel(source string, named []string) *http.Client {
	n := newNames(named, "80", "443")
	d := &door{broker: b, source: source, class: minutes.Private, named: n, own: b.transport(n)}
	d.own.ResponseHeaderTimeout = 0
	d.far = b.transport(names{})
	d.far.ResponseHeaderTimeout = 0
	d.own.MaxIdleConnsPerHost, d.far.MaxIdleConnsPerHost = 64, 64 // as many readers ask at once
	return &http.Client{Transport: d, CheckRedirect: redirect}
}

type classKey struct{}

// WithClass says what the requests made with ctx carry.
func WithClass(ctx context.Context, c minutes.Class) context.Context {
	return context.WithValue(ctx, classKey{}, c)
}

// classOf is what a request carries: its context's class, else that of its source.
func (d *door) classOf(ctx context.Context) minutes.Class {
	if c, ok := ctx.Value(classKey{}).(minutes.Class); ok {
		return c
	}
	return d.class
}
