package openai

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// A stream is one answer as it comes: server-sent events, each a chunk as JSON.
type stream struct {
	m      *Model
	limit  int // tokens
	emit   func(minutes.Piece)
	text   strings.Builder
	event  []byte // the data lines of the event that is being read
	counts counts
	reason string // why it ended; "" while it goes on
	done   bool   // [DONE] came
	print  string // system_fingerprint: who answers
	start  time.Time
	first  time.Time // when the first piece came
	latest time.Time // when the last piece came
}

// counts are the tokens of a call by the server's reckoning. Of the prompt's, Cached were in its prefix cache.
type counts struct {
	Prompt     int `json:"prompt_tokens"`
	Completion int `json:"completion_tokens"`
	Details    struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// A part is what a chunk adds, or the whole message of a server that does not stream. What a model thinks
// before it answers has fields of its own, and none of it is text.
type part struct {
	Content   string `json:"content"`
	Refusal   string `json:"refusal"`
	Reasoning string `json:"reasoning"`
	Older     string `json:"reasoning_content"`
}

type chunk struct {
	Error   json.RawMessage `json:"error"`
	Usage   *counts         `json:"usage"`
	Print   string          `json:"system_fingerprint"`
	Choices []struct {
		Delta   part   `json:"delta"`
		Message part   `json:"message"`
		Reason  string `json:"finish_reason"`
	} `json:"choices"`
}

// run sends a request and reads the answer to its end. A stream that does not say that it ended, by
// finish_reason or at least by [DONE], was cut.
func (s *stream) run(ctx context.Context, request map[string]any) error {
	res, err := s.m.post(ctx, "chat/completions", request)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	in := &io.LimitedReader{R: res.Body, N: maxStream}
	switch kind := res.Header.Get("Content-Type"); {
	case strings.HasPrefix(kind, "text/html"):
		return s.m.stranger()
	case strings.HasPrefix(kind, "application/json"):
		err = s.whole(in)
	default:
		err = s.events(in)
	}
	switch {
	case errors.Is(err, bufio.ErrTooLong), in.N <= 0:
		return s.m.fail(0, fmt.Errorf("more was sent than any answer holds: %w", minutes.ErrTruncated))
	case err != nil:
		return err
	case s.reason == "" && !s.done:
		return s.m.again(0, fmt.Errorf("the stream ended before the answer did: %w", minutes.ErrTruncated))
	}
	drain(res.Body)
	return s.ended()
}

// drain reads the end of a body, so that its connection serves the next call. A server that keeps it open
// loses the connection and nothing else.
func drain(body io.ReadCloser) {
	late := time.AfterFunc(100*time.Millisecond, func() { body.Close() })
	defer late.Stop()
	_, _ = io.Copy(io.Discard, io.LimitReader(body, 4<<10))
}

// whole reads the answer of a server that does not stream.
func (s *stream) whole(in io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(in, maxLine))
	if err != nil {
		return s.broke(err)
	}
	return s.chunk(b)
}

// events reads events to [DONE], or to the end where a server does not send it. An event may have several
// data lines; an empty line ends it; lines that begin with a colon keep the connection alive.
func (s *stream) events(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 16<<10), maxLine)
	for lines.Scan() {
		line := lines.Bytes()
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			if string(bytes.TrimSpace(data)) == "[DONE]" { // some send no empty line after it
				s.done = true
				return s.dispatch()
			}
			if len(s.event) > 0 {
				s.event = append(s.event, '\n')
			}
			if s.event = append(s.event, bytes.TrimPrefix(data, []byte(" "))...); len(s.event) > maxLine {
				return bufio.ErrTooLong
			}
		} else if len(bytes.TrimSpace(line)) == 0 {
			if err := s.dispatch(); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return err
	} else if err != nil {
		return s.broke(err)
	}
	return s.dispatch()
}

// broke is a connection that broke while the answer came.
func (s *stream) broke(err error) error {
	if s.first.IsZero() {
		return s.m.lost(err)
	}
	return s.m.again(0, fmt.Errorf("the connection broke in mid-answer: %w", minutes.ErrTruncated))
}

// dispatch takes the event that was read.
func (s *stream) dispatch() error {
	data := bytes.TrimSpace(s.event)
	defer func() { s.event = s.event[:0] }()
	if len(data) == 0 {
		return nil
	}
	return s.chunk(data)
}

func (s *stream) chunk(data []byte) error {
	var c chunk
	if err := json.Unmarshal(data, &c); err != nil {
		return s.m.again(0, fmt.Errorf("the stream cannot be read: %w", minutes.ErrTruncated))
	}
	if len(c.Error) > 0 && string(c.Error) != "null" {
		return s.m.said(0, data)
	}
	if c.Print != "" {
		s.print = c.Print
	}
	if c.Usage != nil {
		s.counts = *c.Usage
		for _, n := range []*int{&s.counts.Prompt, &s.counts.Completion, &s.counts.Details.Cached} {
			*n = min(max(*n, 0), 1<<24) // as far as it can be true: money is reckoned from it
		}
	}
	if len(c.Choices) == 0 {
		return nil
	}
	one := c.Choices[0]
	if one.Reason != "" && s.reason != "refusal" { // "stop" follows it
		s.reason = one.Reason
	}
	for _, p := range []part{one.Delta, one.Message} {
		if err := s.add(p); err != nil {
			return err
		}
	}
	return nil
}

// add takes what a chunk says.
func (s *stream) add(p part) error {
	if p.Refusal != "" {
		s.reason = "refusal"
	}
	if p.Content == "" && p.Reasoning == "" && p.Older == "" {
		return nil
	}
	s.latest = time.Now()
	if s.first.IsZero() {
		s.first = s.latest
	}
	if s.text.Len()+len(p.Content) > 64*s.limit+4096 { // no token is that long
		return s.m.fail(0, fmt.Errorf("the answer went on past its limit of %d tokens: %w", s.limit, minutes.ErrTruncated))
	}
	s.text.WriteString(p.Content)
	if s.emit != nil {
		s.emit(minutes.Piece{Text: p.Content})
	}
	return nil
}

// ended says whether the reason for the end makes it a whole answer.
func (s *stream) ended() error {
	switch s.reason {
	case "stop", "":
		return nil
	case "content_filter", "refusal":
		return s.m.fail(0, errors.New("the model declined to answer"))
	}
	return s.m.fail(0, fmt.Errorf("the answer ended by %q: %w", minutes.CleanLine(s.reason).Cut(40), minutes.ErrTruncated))
}

// usage is what the call cost, as far as the server told.
func (s *stream) usage() minutes.Usage {
	u := minutes.Usage{Calls: 1, PromptTokens: s.counts.Prompt, CompletionTokens: s.counts.Completion, CachedTokens: s.counts.Details.Cached}
	if !s.first.IsZero() {
		u.TTFTMS = float64(s.first.Sub(s.start).Microseconds()) / 1000
		if d := s.latest.Sub(s.first).Seconds(); d > 0 && u.CompletionTokens > 1 {
			u.TokensPerSecond = float64(u.CompletionTokens-1) / d
		}
	}
	return u
}
