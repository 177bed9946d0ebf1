package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/dailyminutes/minutes"
)

// maxRedirects is what a moved site needs; more is a loop or a tracker.
const maxRedirects = 4

var (
	errRedirects = errors.New("it redirects too often")
	errDowngrade = errors.New("it redirects from https to plain http")
)

// route watches one request's redirects.
type route struct {
	hops, permanent int
	away            bool // to another host
}

// check is a CheckRedirect that keeps the caller's headers at home, counts, and then asks next.
// net/http drops Authorization and cookies for another domain, but keeps them for a subdomain and
// keeps every other header; and it sends the address before as Referer, with its query.
func (r *route) check(next func(*http.Request, []*http.Request) error, own map[string]string) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errRedirects
		}
		first, last := via[0].URL, via[len(via)-1].URL
		if last.Scheme == "https" && req.URL.Scheme != "https" {
			return errDowngrade
		}
		req.Header.Del("Referer")
		if r.away = req.URL.Host != first.Host; r.away {
			for k := range own {
				req.Header.Del(k)
			}
			for _, k := range []string{"Authorization", "Cookie", "Cookie2", "Proxy-Authorization", "Www-Authenticate"} {
				req.Header.Del(k)
			}
			req.URL.User = nil
		}
		r.hops++
		if c := req.Response.StatusCode; c == http.StatusMovedPermanently || c == http.StatusPermanentRedirect {
			r.permanent++
		}
		if next != nil {
			return next(req, via)
		}
		return nil
	}
}

// explain says of err that it came of a redirect to elsewhere, which is how a network asks for a sign-in.
func (r *route) explain(from string, err error) error {
	if !r.away {
		return err
	}
	return minutes.WithHint(fmt.Errorf("%s: it redirects: %w", from, err), "if this network wants a sign-in, open a browser first; else "+or(minutes.Hint(err), "try again later"))
}

// moved is where, if it moved for good.
func (r *route) moved(to string) string {
	if r.hops > 0 && r.hops == r.permanent {
		return to
	}
	return ""
}
