package ollama

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/dailyminutes/minutes"
)

// A stream is one answer as it comes. It is read here and not by Ollama's client, which takes 8 MB for
// every stream (twenty readers run at once), forgets the status of an error and tells no Retry-After.
type stream struct {
	m     *Model
	limit int // tokens
	emit  func(minutes.Piece)
	text  strings.Builder
	last  api.ChatResponse
	start time.Time
	first time.Time // when the first piece came
}

// run sends a request and reads the answer to its end. A stream that does not say that it is done, and
// why, was cut.
func (s *stream) run(ctx context.Context, r *api.ChatRequest) error {
	b, err := body(r)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.m.base.JoinPath(chatPath).String(), bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.m.client.Do(req)
	if err != nil {
		return s.m.lost(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return s.m.refused(res)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return s.m.stranger()
	}
	in := &io.LimitedReader{R: res.Body, N: maxStream}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 16<<10), maxLine)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := s.line(lines.Bytes()); err != nil {
			return err
		}
		if s.last.Done {
			drain(res.Body)
			return nil
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong), in.N <= 0:
		return s.m.fail(0, fmt.Errorf("more was sent than any answer holds: %w", minutes.ErrTruncated))
	case err != nil && s.first.IsZero():
		return s.m.lost(err)
	case err != nil:
		return s.m.again(0, fmt.Errorf("the connection broke in mid-answer: %w", minutes.ErrTruncated))
	}
	return s.m.again(0, fmt.Errorf("the stream ended before the answer did: %w", minutes.ErrTruncated))
}

// drain reads the end of a body, so that its connection serves the next call. A server that keeps it open
// loses the connection and nothing else.
func drain(body io.ReadCloser) {
	late := time.AfterFunc(100*time.Millisecond, func() { body.Close() })
	defer late.Stop()
	_, _ = io.Copy(io.Discard, io.LimitReader(body, 4<<10))
}

// line takes one object of the stream.
func (s *stream) line(b []byte) error {
	var in struct {
		api.ChatResponse
		Error string `json:"error"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return s.m.again(0, fmt.Errorf("the stream cannot be read: %w", minutes.ErrTruncated))
	}
	if in.Error != "" {
		return s.m.said(0, in.Error)
	}
	s.last = in.ChatResponse
	s.last.PromptEvalCount, s.last.EvalCount = tokens(s.last.PromptEvalCount), tokens(s.last.EvalCount)
	text := in.Message.Content
	if s.first.IsZero() && (text != "" || in.Message.Thinking != "") {
		s.first = time.Now()
	}
	if s.text.Len()+len(text) > 64*s.limit+4096 { // no token is that long
		return s.m.fail(0, fmt.Errorf("the answer went on past its limit of %d tokens: %w", s.limit, minutes.ErrTruncated))
	}
	s.text.WriteString(text)
	if s.emit != nil && (text != "" || in.Message.Thinking != "") {
		s.emit(minutes.Piece{Text: text})
	}
	if in.Done && in.DoneReason != "stop" && in.DoneReason != "" {
		return s.m.fail(0, fmt.Errorf("the answer ended by %q: %w", minutes.CleanLine(in.DoneReason).Cut(40), minutes.ErrTruncated))
	}
	return nil
}

// usage is what the call cost, as far as the server told.
func (s *stream) usage() minutes.Usage {
	u := minutes.Usage{Calls: 1, PromptTokens: s.last.PromptEvalCount, CompletionTokens: s.last.EvalCount}
	if c := s.last.PromptEvalCachedCount; c != nil {
		u.CachedTokens = tokens(*c)
	}
	if !s.first.IsZero() {
		u.TTFTMS = float64(s.first.Sub(s.start).Microseconds()) / 1000
	}
	if d := s.last.EvalDuration.Seconds(); d > 0 {
		u.TokensPerSecond = float64(s.last.EvalCount) / d
	}
	return u
}

// tokens is a number of the server's as far as it can be true: money is reckoned from it.
func tokens(n int) int { return min(max(n, 0), 1<<24) }
