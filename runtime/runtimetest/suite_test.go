package runtimetest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

// naive is a provider as one writes it before one has seen a server fail: whatever came is the answer, and
// an error is its body.
type naive struct {
	base   string
	client *http.Client
	key    minutes.Secret
}

func (m naive) Generate(ctx context.Context, p minutes.Prompt, emit func(minutes.Piece)) (minutes.Answer, error) {
	body, err := json.Marshal(map[string]any{"model": "tiny", "stream": true, "max_tokens": p.MaxTokens,
		"messages": []map[string]string{{"role": "system", "content": p.System.String()}, {"role": "user", "content": p.User.String()}}})
	if err != nil {
		return minutes.Answer{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return minutes.Answer{}, err
	}
	req.Header.Set("Authorization", "Bearer "+m.key.Reveal())
	res, err := m.client.Do(req)
	if err != nil {
		return minutes.Answer{}, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(res.Body)
		return minutes.Answer{}, fmt.Errorf("%s: %s", res.Status, b)
	}
	text := ""
	for lines := bufio.NewScanner(io.LimitReader(res.Body, 1<<20)); lines.Scan(); {
		var c struct {
			Choices []struct {
				Delta struct {
					Content   string
					Reasoning string
				}
			}
		}
		_ = json.Unmarshal(bytes.TrimPrefix(lines.Bytes(), []byte("data: ")), &c)
		if len(c.Choices) > 0 {
			piece := c.Choices[0].Delta.Reasoning + c.Choices[0].Delta.Content
			text += piece
			if emit != nil {
				emit(minutes.Piece{Text: piece})
			}
		}
	}
	return minutes.Answer{Text: minutes.Text{Safe: minutes.Clean(text), Label: minutes.Label{Origin: minutes.FromSystem}}}, nil
}

func (m naive) Embed(context.Context, []minutes.Text) ([][]float32, error) { return nil, nil }

// TestNaiveProvider is for the control below: by itself it is skipped.
func TestNaiveProvider(t *testing.T) {
	if os.Getenv("MINUTES_NAIVE") == "" {
		t.Skip("only for the control")
	}
	Run(t, Suite{
		Model: func(_ *testing.T, s *Server, client *http.Client, key minutes.Secret) minutes.Model {
			return naive{s.URL, client, key}
		},
		Embedder: func(*testing.T, *Server, *http.Client, minutes.Secret) minutes.Embedder { return naive{} },
	})
}

func TestTheSuiteFindsWhatANaiveProviderGetsWrong(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNaiveProvider$", "-test.v")
	cmd.Env = append(os.Environ(), "MINUTES_NAIVE=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("a naive provider passes the suite:\n%s", out)
	}
	failed, passed := strings.Count(string(out), "\n    --- FAIL: "), strings.Count(string(out), "\n    --- PASS: ")
	for _, name := range append([]string{"the answer is no more trusted than the prompt", "schema and limit reach the server", "thoughts are not text",
		"a cancelled call lets go of the server", "a server that is not there", "a prompt that does not fit is not sent", "vectors", "the stream is the answer"},
		faulty(Drop, Moved, Page, Unauthorized, Forbidden, Missing, NoSuchPath, Overflow, Rejected, TooMany, Quota, Broken, Gateway, Busy, Cut, NoEnd,
			Malformed, ErrorLine, LongLine, Endless, Length, Filtered, FullCut, HalfCut, Elsewhere, Spaces, Repeats)...) {
		if !strings.Contains(string(out), "--- FAIL: TestNaiveProvider/"+strings.ReplaceAll(name, " ", "_")+" (") {
			t.Errorf("not found: %s", name)
		}
	}
	t.Logf("control: of the suite's tests a naive provider fails %d and passes %d", failed, passed)
}

func faulty(faults ...Fault) []string {
	var out []string
	for _, f := range faults {
		out = append(out, "a server that "+string(f))
	}
	return out
}
