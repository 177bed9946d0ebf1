package secret

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/dailyminutes/minutes"
)

// Known remembers the values that were found, for Redactor. Safe for concurrent use; the zero value
// is empty.
type Known struct {
	mu   sync.Mutex
	list []string
}

// Add remembers s.
func (k *Known) Add(s minutes.Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if v := s.Reveal(); v != "" && !slices.Contains(k.list, v) {
		k.list = append(k.list, v)
	}
}

// Values are all that were added. It is what Redactor takes.
func (k *Known) Values() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.list)
}

// shortest is the length from which a value is hidden: to hide every "a" tells what the password is.
const shortest = 4

// Redact hides the values in s, as they are and as a URL or a header writes them.
func Redact(s string, values ...string) string {
	longest := slices.Clone(values)
	slices.SortFunc(longest, func(a, b string) int { return len(b) - len(a) }) // one may be inside another
	for _, v := range longest {
		if len(v) < shortest {
			continue
		}
		quoted, _ := json.Marshal(v)
		for _, form := range []string{v, string(quoted), url.QueryEscape(v), url.PathEscape(v), base64.StdEncoding.EncodeToString([]byte(v)), fmt.Sprintf("%q", v)} {
			if form = strings.Trim(form, `"=`); len(form) >= shortest {
				s = strings.ReplaceAll(s, form, "[secret]")
			}
		}
	}
	return s
}

// Redactor is a handler that hides values in messages, keys and attributes, those of groups, errors and
// other values included. values is asked at each record: what became known later is hidden too.
func Redactor(h slog.Handler, values func() []string) slog.Handler {
	return redactor{h: h, values: values}
}

// redactor keeps what With added and hands it on at each record, when the values are known.
type redactor struct {
	h      slog.Handler
	values func() []string
	with   []added
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
	values, h := r.values(), r.h
	for _, w := range r.with {
		if w.group != "" {
			h = h.WithGroup(Redact(w.group, values...))
		} else {
			h = h.WithAttrs(hideAll(w.attrs, values))
		}
	}
	out := slog.NewRecord(rec.Time, rec.Level, Redact(rec.Message, values...), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		out.AddAttrs(hide(a, values))
		return true
	})
	return h.Handle(ctx, out)
}

func hideAll(attrs []slog.Attr, values []string) []slog.Attr {
	out := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		out[i] = hide(a, values)
	}
	return out
}

// hide redacts one attribute. What is no plain value becomes text if its text had a secret in it.
func hide(a slog.Attr, values []string) slog.Attr {
	a.Key = Redact(a.Key, values...)
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindGroup:
		a.Value = slog.GroupValue(hideAll(a.Value.Group(), values)...)
	case slog.KindString:
		a.Value = slog.StringValue(Redact(a.Value.String(), values...))
	case slog.KindAny:
		a.Value = hideAny(a.Value, values)
	default: // a number may be a secret too
		if s := a.Value.String(); Redact(s, values...) != s {
			a.Value = slog.StringValue(Redact(s, values...))
		}
	}
	return a
}

// hideAny looks at a value as both kinds of handler would write it: as text and as JSON, which
// follows pointers.
func hideAny(v slog.Value, values []string) slog.Value {
	if err, ok := v.Any().(error); ok {
		return slog.StringValue(Redact(err.Error(), values...))
	}
	s := fmt.Sprintf("%+v", v.Any())
	j, _ := json.Marshal(v.Any())
	if Redact(s, values...) == s && Redact(string(j), values...) == string(j) {
		return v
	}
	return slog.StringValue(Redact(s, values...))
}
