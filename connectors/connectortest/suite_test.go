package connectortest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/connectors"
)

// sabotage names what the victim does wrong; "none" is the control that must pass.
const sabotage = "CONNECTORTEST_SABOTAGE"

const victimSample = "[[connectors.victim]]\n"

func TestMain(m *testing.M) { Main(m, map[string]connectors.Parser{"victim": victimParse}) }

// TestTheSuiteFindsWhatIsWrong runs the suite over a connector that is wrong in one way at a time:
// a suite that passes everything would prove nothing.
func TestTheSuiteFindsWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"sample.toml": victimSample, "README.md": "# victim\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ wrong, run, says string }{
		{"none", "", ""},
		{"swallows cancel", "cancel_at_any_moment", "no error, but only"},
		{"renames cancel", "cancel_a_stalled_fetch", "cancelled while it waited"},
		{"loses after cancel", "cancel_at_any_moment", "never came"},
		{"leaks a goroutine", "clean_fetch", "found unexpected goroutines"},
		{"tells the secret", "fault_down", "a secret is in the error"},
		{"logs the secret", "clean_fetch", "a secret is in the log"},
		{"keeps the secret", "clean_fetch", "a secret is in the state"},
		{"counts ids", "stable_ids", "a new process: ids"},
		{"counts ids", "since", "nothing changed, but the second fetch brings"},
		{"forgets privacy", "privacy_is_the_config's", "private false, want true"},
		{"lets escapes through", "clean_fetch", "what a terminal obeys"},
		{"forgets the time", "clean_fetch", "no time"},
		{"hides faults", "fault_missing", "told nowhere"},
		{"hides faults", "fault_down", "want ErrOffline"},
		{"is full when it failed", "fault_broken", "says it is full"},
		{"gives no hint", "fault_missing", "has no hint"},
		{"moves the cursor past a failure", "fault_broken", "the cursor moved past"},
		{"calls itself otherwise", "clean_fetch", "the source calls itself"},
		{"has a bad sample", "spec", "the sample has no table"},
	} {
		t.Run(c.wrong+" "+c.run, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run", "^TestVictim$/"+c.run, "-test.v")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), sabotage+"="+c.wrong)
			out, err := cmd.CombinedOutput()
			if c.says == "" && err != nil {
				t.Fatalf("the control fails: %s", out)
			}
			if c.says != "" && (err == nil || !strings.Contains(string(out), c.says)) {
				t.Errorf("not found (%v), want %q in: %.1500s", err, c.says, out)
			}
		})
	}
}

// TestVictim is run by the test above alone.
func TestVictim(t *testing.T) {
	wrong := os.Getenv(sabotage)
	if wrong == "" {
		t.Skip("run by TestTheSuiteFindsWhatIsWrong")
	}
	spec := connectors.Spec{Kind: "victim", About: "Wrong in one way.", Sample: victimSample, Private: true,
		New: func() connectors.Config { return &victimConfig{} }, Parsers: map[string]connectors.Parser{"victim": victimParse}}
	if wrong == "has a bad sample" {
		spec.Sample = "[[connectors.other]]"
	}
	Run(t, Suite{Spec: spec, Items: 2, Config: func(t *testing.T, fault Fault) connectors.Config {
		if fault == Partial {
			return nil
		}
		return &victimConfig{wrong: wrong, url: Serve(t, fault, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`["a","b"]`))
		}))}
	}})
}

type victimConfig struct {
	connectors.Common
	wrong, url string
}

func (c *victimConfig) Fill()        {}
func (c *victimConfig) Check() error { return nil }
func (c *victimConfig) Open(env connectors.Env) (minutes.Source, error) {
	return &victim{c, env, env.Web().Get, 0}, nil
}

type victim struct {
	*victimConfig
	env connectors.Env
	get func(context.Context, connectors.Request) (connectors.Response, error)
	n   int
}

func (v *victim) Name() string {
	if v.wrong == "calls itself otherwise" {
		return "otherwise"
	}
	return v.env.Name
}

// Fetch is right but for what the sabotage says.
func (v *victim) Fetch(ctx context.Context, from minutes.Cursor) (minutes.Batch, error) {
	secret, err := v.env.Secret(ctx, minutes.SecretRef{Env: "X"})
	if err != nil {
		return minutes.Batch{}, err
	}
	switch v.wrong {
	case "logs the secret":
		v.env.Log.Info("asking", "key", secret.Reveal())
	case "keeps the secret":
		_ = v.env.State.Put(ctx, "key", []byte(secret.Reveal()))
	case "leaks a goroutine":
		go func() { select {} }()
	case "loses after cancel":
		if len(from.Token) > 0 {
			return minutes.Batch{}, nil
		}
	}
	items, err := v.read(ctx)
	b := minutes.Batch{Items: items, Full: err == nil}
	if err == nil {
		return b, nil
	}
	switch v.wrong {
	case "swallows cancel", "hides faults":
		return minutes.Batch{}, nil
	case "renames cancel":
		return b, minutes.WithHint(errors.New("did not work"), "try again")
	case "loses after cancel":
		b.Next.Token = []byte("past it")
	case "tells the secret":
		err = minutes.WithHint(fmt.Errorf("with key %s: %w", secret.Reveal(), err), "hm")
	case "is full when it failed":
		b.Full = true
	case "gives no hint":
		err = errors.New("did not work")
	case "moves the cursor past a failure":
		if len(from.Token) > 0 {
			return minutes.Batch{}, nil
		}
		b.Next.Token = []byte("past it")
	}
	return b, err
}

func (v *victim) read(ctx context.Context) ([]minutes.Item, error) {
	res, err := v.get(ctx, connectors.Request{URL: v.url})
	if err != nil {
		return nil, err
	}
	got, err := v.env.Parse(ctx, connectors.Document{Parser: "victim", Data: res.Body})
	if err != nil {
		return nil, err
	}
	for i := range got.Items {
		it := &got.Items[i]
		it.Source, it.Private, it.At = v.env.Name, v.env.Private, v.env.Now()
		switch v.wrong {
		case "counts ids":
			v.n++
			it.ID += fmt.Sprint(v.n, &v.n)
		case "forgets privacy":
			it.Private = false
		case "lets escapes through":
			it.Tags = []string{"\x1b[2J"}
		case "forgets the time":
			*it = minutes.Item{ID: it.ID, Kind: it.Kind, Source: it.Source, Private: it.Private}
		}
	}
	return got.Items, nil
}

func victimParse(_ context.Context, doc connectors.Document) (connectors.Parsed, error) {
	var names []string
	if err := json.Unmarshal(doc.Data, &names); err != nil || len(names) == 0 {
		return connectors.Parsed{}, minutes.WithHint(errors.New("not a list of names"), "look at it")
	}
	var out connectors.Parsed
	for _, n := range names {
		out.Items = append(out.Items, minutes.Item{ID: "note:" + n, Kind: minutes.KindNote, Title: minutes.CleanLine(n)})
	}
	return out, nil
}

func TestSpoiledIsAsTheFaultSays(t *testing.T) {
	good := []byte("<rss><channel></channel></rss>")
	if b := Spoiled(Bomb, good); !strings.Contains(string(b), "<a><a><a>") {
		t.Error("no XML bomb for XML")
	}
	if b := Spoiled(Bomb, []byte("BEGIN:VCALENDAR")); !strings.HasPrefix(string(b), "BEGIN:VCALENDAR") {
		t.Error("no calendar bomb for a calendar")
	}
	if b := Spoiled(Truncated, good); len(b) != len(good)/2 {
		t.Errorf("half is %d bytes", len(b))
	}
	if len(Spoiled(Empty, good)) != 0 || string(Spoiled(None, good)) != string(good) {
		t.Error("empty is not empty, or none is not none")
	}
}
