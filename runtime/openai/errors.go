package openai

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
	if errors.As(err, &own) {
		return err
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
	if minutes.Hint(err) != "" { // of the broker: it knows better
		return s.fail(0, err)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return s.fail(0, minutes.WithHint(fmt.Errorf("the server at %s: %w: %s", s.base.Host, minutes.ErrOffline, s.plain(op.Err.Error())),
			"check that it runs and base_url is right; a server behind a tunnel needs the tunnel"))
	}
	return s.again(0, fmt.Errorf("the connection to %s broke: %w: %s", s.base.Host, minutes.ErrOffline, s.plain(err.Error())))
}

// stranger is something that answers in the server's place: another program, or a network that wants a
// sign-in.
func (s *server) stranger() error {
	return s.fail(0, minutes.WithHint(fmt.Errorf("what answers under %s is no server of models: %w", s.base.Host+s.base.Path, minutes.ErrOffline),
		"check base_url: most servers want /v1 at its end"))
}

// refused is an answer that is an error.
func (s *server) refused(res *http.Response) error {
	b, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	err := s.said(res.StatusCode, b)
	var own *minutes.ModelError
	if errors.As(err, &own) && own.Again {
		own.RetryAfter = retryAfter(res.Header.Get("Retry-After"))
	}
	return err
}

// retryAfter reads seconds, or a date.
func retryAfter(v string) time.Duration {
	if n, err := strconv.Atoi(v); err == nil {
		return time.Duration(max(n, 0)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// detail is what an error body says, in any of the shapes that were seen: {"error":{"message","code"}},
// {"error":"text"}, vLLM's flat one of before August 2025, FastAPI's {"detail"}, a list of the first
// (Gemini), and a page of a proxy. A code may be a word or a number.
func detail(body []byte) (message, code string) {
	type inner struct {
		Message string          `json:"message"`
		Code    json.RawMessage `json:"code"`
		Type    string          `json:"type"`
		Status  string          `json:"status"`
	}
	var outer struct {
		inner
		Error  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
	}
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		body = list[0]
	}
	if json.Unmarshal(body, &outer) != nil {
		return string(body), ""
	}
	var in inner
	if json.Unmarshal(outer.Error, &in) != nil || in.Message == "" {
		in = outer.inner
	}
	for _, plain := range []json.RawMessage{outer.Error, outer.Detail} {
		var text string
		if in.Message == "" && json.Unmarshal(plain, &text) == nil {
			in.Message = text
		}
	}
	if in.Message == "" {
		return string(body), ""
	}
	return in.Message, strings.Trim(string(in.Code), `"`) + " " + in.Type + " " + in.Status
}

// said sorts what a server said went wrong, by its status, its code, and the words that vLLM uses.
func (s *server) said(status int, body []byte) error {
	message, code := detail(body)
	line, lower := s.plain(message), strings.ToLower(message)
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(lower, part) || strings.Contains(code, part) {
				return true
			}
		}
		return false
	}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return s.fail(status, minutes.WithHint(fmt.Errorf("%w by %s: %s", minutes.ErrAuth, s.base.Host, line), "check api_key"))
	case has("insufficient_quota", "credit balance"), status == http.StatusPaymentRequired:
		return s.fail(status, minutes.WithHint(fmt.Errorf("%w at %s: %s", minutes.ErrBudget, s.base.Host, line), "look at the account there, or take the model out of the order"))
	case has("context_length_exceeded", "maximum context length", "context length", "max_model_len", "prompt is too long", "too many tokens", "input token count"),
		status == http.StatusRequestEntityTooLarge:
		return s.fail(status, fmt.Errorf("%w: %s", minutes.ErrTooLong, line))
	case status == http.StatusNotFound && has("model"):
		return s.fail(status, minutes.WithHint(fmt.Errorf("the model is not on %s: %w: %s", s.base.Host, minutes.ErrNotFound, line), "minutes models lists what the server has"))
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status >= 300 && status < 400:
		return s.fail(status, minutes.WithHint(fmt.Errorf("nothing answers under %s: %w", s.base.Host+s.base.Path, minutes.ErrNotFound), "check base_url: most servers want /v1 at its end"))
	case status == http.StatusServiceUnavailable:
		return s.again(status, fmt.Errorf("the server is busy or still loads its model: %s", line))
	case status == http.StatusTooManyRequests:
		return s.again(status, fmt.Errorf("the server asks to slow down: %s", line))
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == 0:
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

// answered says that the server was there, whatever it said.
func answered(err error) bool {
	var own *minutes.ModelError
	return errors.As(err, &own) && own.Status != 0
}

// isMissing says that the server knows no such path.
func isMissing(err error) bool {
	var own *minutes.ModelError
	return errors.As(err, &own) && own.Status == http.StatusNotFound
}
