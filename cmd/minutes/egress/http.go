package egress

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dailyminutes/minutes"
)

// redirect is the CheckRedirect of every client. The address itself is checked again when the
// request is sent. A request that left the first host carries only what says nothing of the user, and
// never gets it back.
func redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return blocked(req.URL.Hostname(), fmt.Sprintf("it redirects more than %d times", maxRedirects), "open the address in a browser and write the one it ends at")
	}
	if last := via[len(via)-1]; last.URL.Scheme == "https" && req.URL.Scheme != "https" {
		return blocked(req.URL.Hostname(), "it redirects from https to plain http", "find an address that stays with https")
	}
	req.Header.Del("Referer") // the address before, with its query
	if !strayed(req) {
		return nil
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return blocked(req.URL.Hostname(), "it hands what was sent on to another host", "write the address that it redirects to")
	}
	for k := range req.Header {
		switch k {
		case "Accept", "Accept-Language", "Accept-Encoding", "User-Agent", "Range":
		default:
			req.Header.Del(k)
		}
	}
	return nil
}

// strayed says that a redirect led away from the first host, now or earlier.
func strayed(req *http.Request) bool {
	for r := req; r.Response != nil && r.Response.Request != nil; r = r.Response.Request {
		if !sameHost(r, r.Response.Request) {
			return true
		}
	}
	return false
}

// sameHost is the same host and port; plain http may become https on the default ports.
func sameHost(a, b *http.Request) bool {
	if !strings.EqualFold(a.URL.Hostname(), b.URL.Hostname()) {
		return false
	}
	pa, pb := portOf(a.URL), portOf(b.URL)
	return pa == pb || pa == "443" && pb == "80"
}

// capped ends a body that is larger, after decompression, than anything this program reads.
type capped struct {
	io.ReadCloser
	left int64
	host string
}

// A TooLarge is the error of a body over the cap.
type TooLarge struct{ Host string }

func (e *TooLarge) Error() string { return e.Host + ": the answer is too large" }

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		var one [1]byte
		if n, err := c.ReadCloser.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, minutes.WithHint(&TooLarge{c.host}, "it is more than this program reads at once: check the address")
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.ReadCloser.Read(p)
	c.left -= int64(n)
	return n, err
}
