package ollama

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ollama/ollama/api"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/runtime/runtimetest"
)

func open(t *testing.T, s *runtimetest.Server, o Options) *Model {
	o.Client, o.Base, o.Name = runtimetest.Client(t), s.URL, s.Name
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// private is a prompt of a mail.
func private() minutes.Prompt {
	p := runtimetest.Prompt("Dear Sam, …")
	p.User.Label = minutes.Label{Class: minutes.Private, Origin: minutes.FromMail}
	return p
}

func TestWhatIsSentWithEveryCall(t *testing.T) {
	s := runtimetest.Serve(t, runtimetest.Says("yes"))
	s.Context, s.Thinks = 32768, true
	m := open(t, s, Options{Window: 4096, KeepAlive: time.Hour})
	for range 2 {
		if _, err := m.Generate(t.Context(), runtimetest.Prompt("?"), nil); err != nil {
			t.Fatal(err)
		}
	}
	type sent struct {
		Truncate, Shift, Think *bool
		KeepAlive              string `json:"keep_alive"`
		Options                map[string]float64
		Stream                 *bool
	}
	for _, q := range s.Asked() {
		var in sent
		if err := json.Unmarshal(q.Body, &in); err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string]*bool{"truncate": in.Truncate, "shift": in.Shift, "think": in.Think} {
			if b == nil || *b {
				t.Errorf("%s is not false: %s", name, q.Body)
			}
		}
		if in.Options["num_ctx"] != 4096 || in.Options["num_predict"] != 200 || in.KeepAlive != "1h0m0s" {
			t.Errorf("sent: %s", q.Body)
		}
		if v, ok := in.Options["temperature"]; !ok || v != 0 {
			t.Errorf("no temperature: %s", q.Body)
		}
	}
	shows := 0
	for _, q := range s.Requests() {
		if q.Path == "/api/show" {
			shows++
		}
		for _, path := range []string{"/api/pull", "/api/create", "/api/push", "/api/delete"} {
			if q.Path == path {
				t.Errorf("%s was asked for", path)
			}
		}
	}
	if shows != 1 {
		t.Errorf("the model was looked up %d times for two calls", shows)
	}
}

func TestAWindowIsNeverMoreThanTheModels(t *testing.T) {
	s := runtimetest.Serve(t, runtimetest.Says("yes"))
	s.Context = 2048
	if _, err := open(t, s, Options{Window: 16384}).Generate(t.Context(), runtimetest.Prompt("?"), nil); err != nil {
		t.Fatal(err)
	}
	if w := s.Asked()[0].Window; w != 2048 {
		t.Errorf("num_ctx is %d", w)
	}
}

func TestAModelThatCannotThinkIsNotAskedNotTo(t *testing.T) {
	s := runtimetest.Serve(t, runtimetest.Says("yes"))
	if _, err := open(t, s, Options{}).Generate(t.Context(), runtimetest.Prompt("?"), nil); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(s.Asked()[0].Body), "think") {
		t.Errorf("sent: %s", s.Asked()[0].Body)
	}
}

func TestAModelOfTheCloudIsPublic(t *testing.T) {
	for name, change := range map[string]func(*runtimetest.Server){
		"the server says so": func(s *runtimetest.Server) { s.Remote = "https://ollama.com:443" },
		"its name says so":   func(s *runtimetest.Server) { s.Name = "gpt-oss:120b-cloud" },
	} {
		s := runtimetest.Serve(t, runtimetest.Says("yes"))
		change(s)
		m := open(t, s, Options{})
		st, err := m.Status(t.Context())
		if err != nil || !strings.Contains(st.Remote, "ollama.com") {
			t.Errorf("%s: %+v, %v", name, st, err)
		}
		if _, err := m.Generate(t.Context(), private(), nil); !errors.Is(err, minutes.ErrTrust) || minutes.Hint(err) == "" {
			t.Errorf("%s, and a mail went there: %v", name, err)
		}
		e, err := NewEmbedder(Options{Client: runtimetest.Client(t), Base: s.URL, Name: s.Name})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Embed(t.Context(), []minutes.Text{private().User}); !errors.Is(err, minutes.ErrTrust) {
			t.Errorf("%s, and a mail was embedded there: %v", name, err)
		}
		if n := len(s.Asked()); n != 0 {
			t.Errorf("%s: %d requests with a mail were sent", name, n)
		}
		if _, err := m.Generate(t.Context(), runtimetest.Prompt("news"), nil); err != nil {
			t.Errorf("%s: news were not sent: %v", name, err)
		}
		listed, err := Models(t.Context(), runtimetest.Client(t), s.URL)
		if err != nil || len(listed) != 1 || name == "the server says so" && listed[0].Remote == "" {
			t.Errorf("listed: %+v, %v", listed, err)
		}
	}
}

func TestAModelThatIsNotThereIsNeverFetched(t *testing.T) {
	s := runtimetest.Serve(t, runtimetest.Says("yes"))
	m, err := New(Options{Client: runtimetest.Client(t), Base: s.URL, Name: "qwen3:8b"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Generate(t.Context(), runtimetest.Prompt("?"), nil)
	if !errors.Is(err, minutes.ErrNotFound) || minutes.Hint(err) != "ollama pull qwen3:8b" {
		t.Errorf("%v, hint %q", err, minutes.Hint(err))
	}
	st, err := m.Status(t.Context())
	if !st.Reachable || st.Present || minutes.Hint(err) != "ollama pull qwen3:8b" {
		t.Errorf("%+v, %v", st, err)
	}
	for _, q := range s.Requests() {
		if q.Path != "/api/show" && q.Path != "/api/version" {
			t.Errorf("%s was asked for", q.Path)
		}
	}
}

func TestNoKeyOfTheUsersLeaves(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("OLLAMA_AUTH", "true")
	// A key of this test's own, as `ollama serve` makes one on its first start.
	if err := os.MkdirAll(filepath.Join(home, ".ollama"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".ollama", "id_ed25519"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	bare := runtimetest.Serve(t, runtimetest.Says("yes"))
	base, err := url.Parse(bare.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.NewClient(base, runtimetest.Client(t)).Version(t.Context()); err != nil || bare.Requests()[0].Header.Get("Authorization") == "" {
		t.Fatalf("Ollama's own client signs nothing (%v): this test proves nothing", err)
	}
	s := runtimetest.Serve(t, runtimetest.Says("yes"))
	if _, err := open(t, s, Options{}).Generate(t.Context(), runtimetest.Prompt("?"), nil); err != nil {
		t.Fatal(err)
	}
	for _, q := range s.Requests() {
		if v := q.Header.Get("Authorization"); v != "" {
			t.Errorf("%s came with %q", q.Path, v)
		}
	}
	for _, base := range []string{"https://ollama.com", "https://OLLAMA.com.:443/"} {
		if _, err := New(Options{Client: runtimetest.Client(t), Base: base, Name: "m"}); err == nil || minutes.Hint(err) == "" {
			t.Errorf("%s is taken for a server of the user's: %v", base, err)
		}
	}
}

func TestOptionsThatCannotWork(t *testing.T) {
	client := &http.Client{Transport: &http.Transport{}}
	for _, o := range []Options{
		{Base: "http://127.0.0.1:11434", Name: "m"}, {Client: &http.Client{}, Base: "http://127.0.0.1:11434", Name: "m"}, {Client: client, Base: "127.0.0.1:11434", Name: "m"},
		{Client: client, Base: "ftp://127.0.0.1", Name: "m"}, {Client: client, Base: "http://user:pw@127.0.0.1", Name: "m"}, {Client: client, Name: "m"},
	} {
		if _, err := New(o); err == nil || strings.Contains(err.Error(), "pw") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
