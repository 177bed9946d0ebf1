package ollama

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ollama/ollama/api"
	"github.com/ollama/ollama/types/model"

	"github.com/dailyminutes/minutes"
)

// facts are what the server says of the model. They are asked for once, before the first prompt.
type facts struct {
	context int // tokens the model can take in
	window  int // that it is run with
	think   *api.ThinkValue
	remote  string // the host that Ollama hands prompts on to
}

// facts asks once; who comes meanwhile waits for the answer, or for the end of ctx. A failure is not kept.
func (s *server) facts(ctx context.Context) (*facts, error) {
	if f := s.known.Load(); f != nil {
		return f, nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, s.wrap(ctx, ctx.Err())
	}
	if f := s.known.Load(); f != nil {
		return f, nil
	}
	r, err := s.api.Show(ctx, &api.ShowRequest{Model: s.o.Name})
	if err != nil {
		return nil, s.wrap(ctx, err)
	}
	f := &facts{context: contextLength(r.ModelInfo), window: s.o.Window, remote: r.RemoteHost}
	if f.remote == "" && (r.RemoteModel != "" || cloud(s.o.Name)) {
		f.remote = "ollama.com"
	}
	if f.context > 0 {
		f.window = min(f.window, f.context)
	}
	if slices.Contains(r.Capabilities, model.CapabilityThinking) {
		f.think = &api.ThinkValue{Value: false}
		if r.Details.Family == "gptoss" { // it knows more and less, but not off
			f.think.Value = "low"
		}
	}
	s.known.Store(f)
	return f, nil
}

// cloud holds for names that Ollama keeps for models it runs itself.
func cloud(name string) bool {
	return strings.HasSuffix(name, "-cloud") || strings.HasSuffix(name, ":cloud")
}

// contextLength is NAME.context_length, where NAME is the model's architecture.
func contextLength(info map[string]any) int {
	arch, _ := info["general.architecture"].(string)
	n, _ := info[arch+".context_length"].(float64)
	return int(n)
}

// may says whether a prompt may go to the model: one that Ollama hands on to another host is public.
func (s *server) may(f *facts, l minutes.Label) error {
	if f.remote == "" || l.Class == minutes.Public {
		return nil
	}
	return s.fail(0, minutes.WithHint(fmt.Errorf("its prompts are handed on to %s: %w", minutes.CleanLine(f.remote).Cut(80), minutes.ErrTrust), "use a model that runs on this machine: ollama list"))
}

// Status says how the model stands, without an answer being made or a model being loaded.
func (s *server) Status(ctx context.Context) (minutes.ModelStatus, error) {
	st := minutes.ModelStatus{Model: s.o.Name, Host: s.base.Host}
	version, err := s.api.Version(ctx)
	if err != nil {
		return st, s.wrap(ctx, err)
	}
	st.Reachable, st.Version = true, minutes.CleanLine(version).Cut(40).String()
	s.known.Store(nil) // ask anew
	f, err := s.facts(ctx)
	if err != nil {
		return st, err
	}
	st.Present, st.Remote, st.Context, st.Window = true, f.remote, f.context, f.window
	return st, nil
}

// A Listed is a model that a server has.
type Listed struct {
	Name   string
	Size   int64  // bytes
	Remote string // the host that it hands prompts on to, if any
	Embeds bool   // it makes vectors and writes nothing; older servers do not say
}

// Models are those that the server at base has, for `minutes models` and the setup.
func Models(ctx context.Context, client *http.Client, base string) ([]Listed, error) {
	m, err := New(Options{Client: client, Base: base})
	if err != nil {
		return nil, err
	}
	l, err := m.api.List(ctx)
	if err != nil {
		return nil, m.wrap(ctx, err)
	}
	out := make([]Listed, 0, len(l.Models))
	for _, one := range l.Models {
		listed := Listed{Name: minutes.CleanLine(one.Name).Cut(120).String(), Size: one.Size, Remote: minutes.CleanLine(one.RemoteHost).Cut(120).String()}
		listed.Embeds = len(one.Capabilities) > 0 && !slices.Contains(one.Capabilities, model.CapabilityCompletion)
		if listed.Remote == "" && (one.RemoteModel != "" || cloud(one.Name)) {
			listed.Remote = "ollama.com"
		}
		out = append(out, listed)
	}
	return out, nil
}
