package ollama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/dailyminutes/minutes"
)

// fail is an error of this model that another try would not mend.
func (s *server) fail(status int, err error) error {
	return &minutes.ModelError{Model: s.o.Name, Status: status, Err: err}
}

// again is an error of this model that may be gone a moment later.
func (s *server) again(status int, err error) error {
	return &minutes.ModelError{Model: s.o.Name, Status: status, Again: true, Err: err}
}

// wrap says whose error err is. Where the caller ended the call it says why.
func (s *server) wrap(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		if !errors.Is(cause, ctx.Err()) {
			cause = fmt.Errorf("%w (%w)", cause, ctx.Err())
		}
		return s.fail(0, cause)
	}
	var own *minutes.ModelError
	var status api.StatusError
	var auth api.AuthorizationError
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &auth):
		return s.said(auth.StatusCode, auth.Status)
	case errors.As(err, &status):
		return s.said(status.StatusCode, status.ErrorMessage)
	}
	return s.lost(err)
}

// lost is an error of the connection. One that was never made will not be made a moment later either;
// one that broke may.
func (s *server) lost(err error) error {
	var u *url.Error
	if errors.As(err, &u) { // its text repeats the address
		err = u.Err
	}
	if minutes.Hint(err) != "" { // of the broker, or the door: it knows better
		return s.fail(0, err)
	}
	var op *net.OpError
	var syntax *json.SyntaxError
	var size *http.MaxBytesError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return s.fail(0, minutes.WithHint(fmt.Errorf("the server at %s: %w: %s", s.base.Host, minutes.ErrOffline, s.plain(op.Err.Error())), "start it: ollama serve"))
	case errors.As(err, &syntax), errors.As(err, &size):
		return s.stranger()
	}
	return s.again(0, fmt.Errorf("the connection to %s broke: %w: %s", s.base.Host, minutes.ErrOffline, s.plain(err.Error())))
}

// stranger is something that answers in Ollama's place: another program, or a network that wants a sign-in.
func (s *server) stranger() error {
	return s.fail(0, minutes.WithHint(fmt.Errorf("what answers at %s is not Ollama: %w", s.base.Host, minutes.ErrOffline), "check base_url"))
}

// refused is an answer that is an error.
func (s *server) refused(res *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	var in struct {
		Error string `json:"error"`
	}
	text := string(b)
	if json.Unmarshal(b, &in) == nil && in.Error != "" {
		text = in.Error
	}
	err := s.said(res.StatusCode, text)
	var own *minutes.ModelError
	if errors.As(err, &own) && own.Again {
		if n, e := strconv.Atoi(res.Header.Get("Retry-After")); e == nil && n >= 0 {
			own.RetryAfter = time.Duration(n) * time.Second
		}
	}
	return err
}

// said sorts what a server said went wrong. The status decides, since the texts change from version to
// version; of a 400 there is only the text.
func (s *server) said(status int, text string) error {
	line := s.plain(text)
	lower := strings.ToLower(text)
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return s.fail(status, minutes.WithHint(fmt.Errorf("%w by %s", minutes.ErrAuth, s.base.Host), "check api_key; for a model of Ollama's cloud: ollama signin"))
	case status == http.StatusNotFound && !strings.Contains(lower, "model"):
		return s.fail(status, minutes.WithHint(fmt.Errorf("what answers at %s is not Ollama: %w", s.base.Host, minutes.ErrNotFound), "check base_url: it has no path, as in http://127.0.0.1:11434"))
	case status == http.StatusNotFound:
		return s.fail(status, minutes.WithHint(fmt.Errorf("the model is not on %s: %w", s.base.Host, minutes.ErrNotFound), "ollama pull "+s.o.Name))
	case strings.Contains(lower, "context length") || strings.Contains(lower, "context window") || strings.Contains(lower, "prompt too long"):
		return s.fail(status, fmt.Errorf("%w: %s", minutes.ErrTooLong, line))
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == 0:
		return s.again(status, fmt.Errorf("the server failed: %s", line))
	}
	return s.fail(status, fmt.Errorf("the server refused the request: %s", line))
}

// plain is a line of what came from outside, without our key.
func (s *server) plain(text string) string {
	if !s.o.Key.Empty() {
		text = strings.ReplaceAll(text, s.o.Key.Reveal(), "[secret]")
	}
	return minutes.CleanLine(text).Cut(160).String()
}
