package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/dailyminutes/minutes"
)

// Known remembers the values that were found, to hide them in what is logged and said. Safe for
// concurrent use; the zero value is empty.
type Known struct {
	mu   sync.Mutex
	list []string
}

// Add remembers s and, where it is an address, what of it lets a person in: errors may tell a part.
func (k *Known) Add(s minutes.Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, v := range append(parts(s.Reveal()), s.Reveal()) {
		if v != "" && !slices.Contains(k.list, v) {
			k.list = append(k.list, v)
		}
	}
}

// parts are what may be secret in a web address: the password, long segments of the path and long values
// of the query. Their names and the words in between are not.
func parts(address string) []string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	password, _ := u.User.Password()
	out := []string{password}
	for _, s := range strings.Split(u.Path, "/") {
		if len(s) > 15 {
			out = append(out, s)
		}
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) > 7 {
				out = append(out, v)
			}
		}
	}
	return out
}

// Hide is s without any value that was added so far. A nil Known hides nothing.
func (k *Known) Hide(s string) string {
	if k == nil {
		return s
	}
	k.mu.Lock()
	list := slices.Clone(k.list)
	k.mu.Unlock()
	return Redact(s, list...)
}

// Redactor is a handler that hides values in messages, keys and attributes, those of groups, errors and
// other values included. hide is asked at each record: what became known later is hidden too.
func Redactor(h slog.Handler, hide func(string) string) slog.Handler {
	return redactor{h: h, hide: hide}
}

// redactor keeps what With added and hands it on at each record, when the values are known.
type redactor struct {
	h    slog.Handler
	hide func(string) string
	with []added
}

// added is a group opened, or attributes.
type added struct {
	group string
	attrs []slog.Attr
}

func (r redactor) Enabled(ctx context.Context, l slog.Level) bool { return r.h.Enabled(ctx, l) }

func (r redactor) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return r
	}
	r.with = append(slices.Clip(r.with), added{attrs: attrs})
	return r
}

func (r redactor) WithGroup(name string) slog.Handler {
	if name == "" {
		return r
	}
	r.with = append(slices.Clip(r.with), added{group: name})
	return r
}

func (r redactor) Handle(ctx context.Context, rec slog.Record) error {
	h := r.h
	for _, w := range r.with {
		if w.group != "" {
			h = h.WithGroup(r.hide(w.group))
		} else {
			h = h.WithAttrs(r.attrs(w.attrs))
		}
	}
	out := slog.NewRecord(rec.Time, rec.Level, r.hide(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(r.attr(a))
		return true
	})
	return h.Handle(ctx, out)
}

func (r redactor) attrs(attrs []slog.Attr) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = r.attr(a)
	}
	return out
}

// attr redacts one attribute. What is no plain value becomes text if its text had a secret in it.
func (r redactor) attr(a slog.Attr) slog.Attr {
	a.Key = r.hide(a.Key)
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindGroup:
		a.Value = slog.GroupValue(r.attrs(a.Value.Group())...)
	case slog.KindString:
		a.Value = slog.StringValue(r.hide(a.Value.String()))
	case slog.KindAny:
		a.Value = r.any(a.Value)
	default: // a number may be a secret too
		if s := a.Value.String(); r.hide(s) != s {
			a.Value = slog.StringValue(r.hide(s))
		}
	}
	return a
}

// any looks at a value as both kinds of handler would write it: as text and as JSON, which follows
// pointers.
func (r redactor) any(v slog.Value) slog.Value {
	if err, ok := v.Any().(error); ok {
		return slog.StringValue(r.hide(err.Error()))
	}
	s := fmt.Sprintf("%+v", v.Any())
	j, _ := json.Marshal(v.Any())
	if r.hide(s) == s && r.hide(string(j)) == string(j) {
		return v
	}
	return slog.StringValue(r.hide(s))
}
