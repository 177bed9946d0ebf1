package openai

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/dailyminutes/minutes"
)

// listed is a model that a server has. Max is its window, which vLLM tells and others do not.
type listed struct {
	ID  string `json:"id"`
	Max int    `json:"max_model_len"`
}

// get reads a small answer from an address.
func (s *server) get(ctx context.Context, u *url.URL, key bool) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	res, err := s.do(req, key)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxLine))
	if err != nil {
		return nil, s.lost(err)
	}
	return b, nil
}

// list is the models that the server has.
func (s *server) list(ctx context.Context) ([]listed, error) {
	b, err := s.get(ctx, s.base.JoinPath("models"), true)
	if err != nil {
		return nil, s.wrap(ctx, err)
	}
	var in struct {
		Data []listed `json:"data"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, s.stranger()
	}
	return in.Data, nil
}

// find is the model in the server's list. Gemini's names there begin with "models/".
func (s *server) find(ctx context.Context) (listed, error) {
	all, err := s.list(ctx)
	if err != nil {
		return listed{}, err
	}
	var names []string
	for _, one := range all {
		if one.ID == s.o.Name || one.ID == "models/"+s.o.Name || one.ID == s.o.Name+":latest" {
			return one, nil
		}
		if len(names) < 3 {
			names = append(names, minutes.CleanLine(one.ID).Cut(80).String())
		}
	}
	hint := "the server has no model at all: look at its log"
	if names != nil {
		hint = "the server has " + strings.Join(names, ", ") + ": write the one you want into the config"
	}
	return listed{}, s.fail(http.StatusNotFound, minutes.WithHint(fmt.Errorf("the model is not on %s: %w", s.base.Host, minutes.ErrNotFound), hint))
}

// Models are the names of those that the server at base has, for `minutes models` and the setup.
func Models(ctx context.Context, o Options) ([]string, error) {
	m, err := New(o)
	if err != nil {
		return nil, err
	}
	all, err := m.list(ctx)
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = minutes.CleanLine(one.ID).Cut(120).String()
	}
	return names, err
}

// Status says how the model stands, without an answer being made. Of vLLM, which tells the window, it
// says the version and how busy it is as well.
func (s *server) Status(ctx context.Context) (minutes.ModelStatus, error) {
	st := minutes.ModelStatus{Model: s.o.Name, Host: s.base.Host, Window: s.o.Window}
	one, err := s.find(ctx)
	if err != nil {
		st.Reachable = answered(err)
		return st, err
	}
	st.Reachable, st.Present, st.Context = true, true, one.Max
	if st.Window == 0 {
		st.Window = one.Max
	}
	if one.Max == 0 {
		return st, nil
	}
	root := *s.base
	root.Path = strings.TrimSuffix(root.Path, "/v1")
	if _, err := s.get(ctx, root.JoinPath("health"), false); err != nil && !isMissing(err) {
		return st, minutes.WithHint(fmt.Errorf("the server lists the model, but is not well: %w", err), "look at the server's log, or start it again")
	}
	var version struct{ Version string }
	if b, err := s.get(ctx, root.JoinPath("version"), false); err == nil && json.Unmarshal(b, &version) == nil {
		st.Version = minutes.CleanLine(version.Version).Cut(40).String()
	}
	if b, err := s.get(ctx, root.JoinPath("metrics"), false); err == nil {
		st.Load = load(b)
	}
	return st, nil
}

// load reads the series of vLLM's metrics that matter, summed over engines, or is nil if there are none.
// They come and go from version to version: one that is missing counts as 0.
func load(page []byte) *minutes.Load {
	seen := false
	sum := map[string]float64{}
	lines := bufio.NewScanner(bytes.NewReader(page))
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		line := lines.Text()
		name, rest, ok := strings.Cut(line, " ")
		if !ok || strings.HasPrefix(line, "#") || !strings.HasPrefix(line, "vllm:") {
			continue
		}
		name, _, labelled := strings.Cut(name, "{")
		if labelled { // a label may hold spaces
			rest = line[strings.LastIndexByte(line, '}')+1:]
		}
		value, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if f, err := strconv.ParseFloat(value, 64); err == nil && f >= 0 && f < 1e18 {
			sum[name] += f
			seen = true
		}
	}
	if !seen {
		return nil
	}
	return &minutes.Load{
		Running: int(sum["vllm:num_requests_running"]), Waiting: int(sum["vllm:num_requests_waiting"]),
		PrefixHits:    int64(sum["vllm:prefix_cache_hits_total"] + sum["vllm:gpu_prefix_cache_hits_total"]),
		PrefixQueries: int64(sum["vllm:prefix_cache_queries_total"] + sum["vllm:gpu_prefix_cache_queries_total"]),
	}
}
