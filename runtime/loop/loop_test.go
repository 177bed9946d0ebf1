package loop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

// wire is a model that reads the scripted server's lines as they come, and no more of a provider than that.
type wire struct{ s *runtimetest.Server }

func (m wire) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	body, _ := json.Marshal(map[string]any{"model": m.s.Name, "messages": []map[string]string{{"role": "user", "content": p.User.String()}}})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.s.URL+"/api/chat", strings.NewReader(string(body)))
	if err != nil {
		return minutes.Answer{}, err
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return minutes.Answer{}, err
	}
	defer res.Body.Close()
	text := ""
	for d := json.NewDecoder(res.Body); ; {
		var v struct {
			Message struct{ Content string }
			Done    bool
		}
		if err := d.Decode(&v); err != nil {
			return minutes.Answer{Model: m.s.Name, Usage: minutes.Usage{Calls: 1}}, errors.Join(err, ctx.Err())
		}
		text += v.Message.Content
		emit(minutes.Piece{Text: v.Message.Content})
		if v.Done {
			return minutes.Answer{Model: m.s.Name, Text: minutes.Text{Safe: minutes.Clean(text)}}, nil
		}
	}
}

func TestCirclesAreCutAndTheServerIsLetGo(t *testing.T) {
	for fault, says := range map[runtimetest.Fault]string{runtimetest.Spaces: "white space", runtimetest.Repeats: "the same again"} {
		s := runtimetest.Serve(t, func(runtimetest.Request) runtimetest.Reply { return runtimetest.Reply{Fault: fault} })
		bytes := 0
		a, err := Cut(wire{s}).Generate(t.Context(), minutes.Prompt{}, func(p minutes.Piece) { bytes += len(p.Text) })
		if !errors.Is(err, minutes.ErrTruncated) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", fault, err)
		}
		if !a.Text.Empty() || a.Usage.Calls != 1 || bytes > 1024 {
			t.Errorf("%s: %d bytes came through; beside the error stands %+v", fault, bytes, a)
		}
		if err := s.AwaitGone(t.Context(), 1); err != nil {
			t.Error(err)
		}
	}
}

func TestOnlyTheReaderEndsWhatIsNoCircle(t *testing.T) {
	s := runtimetest.Serve(t, func(runtimetest.Request) runtimetest.Reply { return runtimetest.Reply{Fault: runtimetest.Endless} })
	ctx, cancel := context.WithCancel(t.Context())
	bytes := 0
	_, err := Cut(wire{s}).Generate(ctx, minutes.Prompt{}, func(p minutes.Piece) {
		if bytes += len(p.Text); bytes > 4000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || errors.Is(err, minutes.ErrTruncated) {
		t.Errorf("noise of a page: %v", err)
	}
}

func TestRealAnswersAreNoCircles(t *testing.T) {
	var noughts, rows []string
	for i := range 200 {
		noughts = append(noughts, fmt.Sprintf(`{"id":%d,"score":0,"kind":"mail","asks":[]}`, i))
		rows = append(rows, fmt.Sprintf("| %02d | x | - |", i%60))
	}
	for name, text := range map[string]string{
		"a list of objects":      "[" + strings.Join(noughts, ",") + "]",
		"a table":                strings.Join(rows, "\n"),
		"a ruler":                "Title\n" + strings.Repeat("=", 200) + "\n" + strings.Repeat("-", 200) + "\nText.",
		"pretty JSON":            "{\n" + strings.Repeat(" ", 200) + "\"a\": 1\n}",
		"a phrase of the author": strings.Repeat("We regret to inform you. ", 5) + "Otherwise all is well, and we look forward to seeing you on Tuesday.",
	} {
		var w watch
		for i := 0; i < len(text); i += 3 {
			if got := w.see(text[i:min(i+3, len(text))]); got != "" {
				t.Errorf("%s %s, at byte %d", name, got, i)
				break
			}
		}
	}
}

func TestEveryPeriodIsFound(t *testing.T) {
	for period := 1; period <= reach/minRounds; period++ {
		part := ""
		for i := range period {
			part += string(rune('a' + (i*i*7+i*period+i/26)%26))
		}
		text := "An answer that begins well. " + strings.Repeat(part, 2*reach/period+2)
		var w watch
		got := ""
		for i := 0; i < len(text) && got == ""; i += 4 {
			got = w.see(text[i:min(i+4, len(text))])
		}
		if got == "" {
			t.Fatalf("a circle of %d bytes is not found", period)
		}
	}
}
