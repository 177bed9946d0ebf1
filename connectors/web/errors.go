package web

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/dailyminutes/minutes"
)

// A StatusError is an answer that is not a success.
type StatusError struct {
	Code       int
	RetryAfter time.Duration // as the server wishes it; 0 if it said nothing
	Body       []byte        // the first 4 KiB, for services that explain themselves in it; untrusted
}

func (e *StatusError) Error() string {
	text := http.StatusText(e.Code)
	if text == "" {
		text = "(no name)"
	}
	return fmt.Sprintf("the server answered %d %s", e.Code, text)
}

// status makes an error of res.
func (c *Client) status(host string, res *http.Response, body []byte) error {
	s := &StatusError{Code: res.StatusCode, RetryAfter: c.retryAfter(res.Header.Get("Retry-After")), Body: body}
	err, hint := fmt.Errorf("%s: %w", host, s), "try again later"
	switch {
	case s.Code == http.StatusUnauthorized:
		err, hint = fmt.Errorf("%s: %w: %w", host, minutes.ErrAuth, s), "check the source's key or password in the config, in a key of its own or in its address"
	case s.Code == http.StatusForbidden:
		err, hint = fmt.Errorf("%s: %w: %w", host, minutes.ErrAuth, s), "check the key in the config; without one, the server turns programs away: try the address in a browser"
	case s.Code == http.StatusNotFound, s.Code == http.StatusGone:
		err, hint = fmt.Errorf("%s: %w: %w", host, minutes.ErrNotFound, s), "check the address in the config: it may have moved"
	case s.Code == http.StatusTooManyRequests:
		hint = "it is asked too often: wait, or ask it less often"
		if s.RetryAfter > 0 {
			hint = "it is asked too often: try again in " + minutes.Duration(s.RetryAfter.Round(time.Second)).String()
		}
	case s.Code == http.StatusNetworkAuthenticationRequired:
		err, hint = fmt.Errorf("%s: %w: %w", host, minutes.ErrOffline, s), "this network wants a sign-in first: open a browser"
	case s.RetryAfter > 0:
		hint = "it asks to be left alone for " + minutes.Duration(s.RetryAfter.Round(time.Second)).String() + ": try again after that"
	case s.Code == http.StatusRequestTimeout, s.Code == http.StatusTooEarly:
	case s.Code < 500:
		hint = "check the address in the config"
	}
	return minutes.WithHint(err, hint)
}

// retryAfter reads seconds or a date; what it cannot read is 0.
func (c *Client) retryAfter(v string) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
		return time.Duration(min(max(n, 0), 365*24*3600)) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(c.now()), 0)
	}
	return 0
}

// ended is the error of a request that its caller's ctx ended.
func ended(host string, err error) error {
	if host != "" {
		host += ": "
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return minutes.WithHint(fmt.Errorf("%s%w: no answer in the time there was: %w", host, minutes.ErrOffline, context.DeadlineExceeded),
			"try again later; the server is slow or far away")
	}
	return minutes.WithHint(fmt.Errorf("%s%w", host, err), "run it again")
}

// explain turns what net/http says into words without an address's query (url.Error prints it),
// a reason a person can act on, and a hint.
func explain(host string, err error) error {
	var ue *url.Error
	for errors.As(err, &ue) {
		if u, bad := url.Parse(ue.URL); bad == nil && u.Hostname() != "" {
			host = u.Hostname() // where a redirect led to
		}
		err = ue.Err
	}
	if hint := minutes.Hint(err); hint != "" { // the egress broker's own
		text := scrub(err.Error())
		if !strings.Contains(text, host) {
			text = host + ": " + text
		}
		return minutes.WithHint(scrubbed{text, err}, hint)
	}
	why, hint, kind := reason(err)
	if kind != nil {
		return offline(host, why, errors.Join(kind, err), hint)
	}
	return minutes.WithHint(scrubbed{host + ": " + why, err}, hint)
}

// reason says what err is, what to do, and of which kind it is: minutes.ErrUnreached, minutes.ErrOffline, or
// nil where the connection was a good one.
func reason(err error) (why, hint string, kind error) {
	if why, hint := unreached(err); why != "" {
		return why, hint, minutes.ErrUnreached
	}
	if why, hint := certificate(err); why != "" {
		return why, hint, minutes.ErrOffline
	}
	var (
		large   errTooLarge
		corrupt flate.CorruptInputError
		header  tls.RecordHeaderError
		op      net.Error
	)
	switch {
	case errors.As(err, &large):
		return large.Error(), "it is more than this program reads at once: check the address", nil
	case errors.Is(err, errRedirects):
		return err.Error(), "open the address in a browser and put the one it ends at in the config", nil
	case errors.Is(err, errDowngrade):
		return err.Error() + ", which anyone on the way can read", "find an https address for it", nil
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return "the answer's compression is damaged", "try again later; if it stays, tell the server's owner", nil
	case errors.As(err, &header), errors.Is(err, http.ErrSchemeMismatch):
		return "the server does not speak TLS there", "write http:// in the address, or ask for the right port", minutes.ErrOffline
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection broke off", "try again later; if it stays, something between here and the server cuts it", minutes.ErrOffline
	case errors.As(err, &op) && op.Timeout():
		return "no answer in time", tooSlow, minutes.ErrOffline
	}
	return scrub(err.Error()), "try again later", minutes.ErrOffline
}

// The next steps after a deadline, and without a name server.
const (
	tooSlow = "try again later; the server is slow or far away"
	noNames = "check the network: the name server does not answer"
)

// unreached explains a connection that did not come about.
func unreached(err error) (why, hint string) {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "there is no such host", "check the spelling of the address, or the network"
	case errors.As(err, &dns):
		return "its name could not be looked up", noNames
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused", "check the address and port, or try again later: nothing listens there"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "no way there from this network", "check the network"
	}
	return "", ""
}

// certificate explains a TLS refusal. Verification is never turned off: the hint says what to
// repair instead.
func certificate(err error) (why, hint string) {
	var (
		name    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
		alert   tls.AlertError
	)
	switch {
	case errors.As(err, &name):
		return "the certificate is for another host", "check the address: someone may be in between, as on a hotel's network"
	case errors.As(err, &unknown):
		return "the certificate is signed by nobody this machine trusts", "add the server's authority to this machine's trusted certificates; on a strange network, sign in to it first"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not valid yet", "check this machine's clock; if it is right, tell the server's owner"
	case errors.As(err, &invalid), errors.As(err, &verify):
		return "the certificate is not valid", "tell the server's owner"
	case strings.Contains(err.Error(), "protocol version"): // the alert's type is crypto/tls's own
		return "the server's TLS is too old: this program wants 1.2 or newer", "tell the server's owner; nothing is read over a connection that others can break into"
	case errors.As(err, &alert), strings.Contains(err.Error(), "remote error: tls: "):
		return "no secure connection could be agreed on", "the server's TLS is set up wrongly: tell its owner"
	}
	return "", ""
}

func offline(host, why string, err error, hint string) error {
	return minutes.WithHint(scrubbed{fmt.Sprintf("%s: %v: %s", host, minutes.ErrOffline, why), errors.Join(minutes.ErrOffline, err)}, hint)
}

// scrubbed shows its own words and can still be asked, by errors.Is and errors.As, what it was.
type scrubbed struct {
	text string
	err  error
}

func (s scrubbed) Error() string { return s.text }
func (s scrubbed) Unwrap() error { return s.err }

// scrub takes queries, fragments and passwords out of the addresses in s.
func scrub(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		if j := strings.IndexAny(w, "?#"); j >= 0 && strings.ContainsAny(w, "/:") {
			w = w[:j]
		}
		if scheme, rest, ok := strings.Cut(w, "://"); ok {
			authority, path, _ := strings.Cut(rest, "/")
			if j := strings.LastIndexByte(authority, '@'); j >= 0 {
				w = scheme + "://" + authority[j+1:] + "/" + path
			}
		}
		words[i] = w
	}
	return string(bytes.ToValidUTF8([]byte(strings.Join(words, " ")), nil))
}
