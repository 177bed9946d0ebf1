package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes/cmd/minutes/config"
	"github.com/dailyminutes/minutes/cmd/minutes/demo"
	"github.com/dailyminutes/minutes/cmd/minutes/render"
	"github.com/dailyminutes/minutes/connectors/all"
	"github.com/dailyminutes/minutes/connectors/jail"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain is first of all a jail child where it was started as one, or the tracer, then the real program
// under the name minutes, then the tests.
func TestMain(m *testing.M) {
	jail.Child(all.Parsers())
	traceChild()
	testscript.Main(m, map[string]func(){"minutes": main})
}

// TestScripts runs the real binary through its outside. Each script has the demo's world on
// loopback: $WORLD is its config, $NOW its moment, $WEB its web server.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			w, err := demo.Start(t.Context())
			if err != nil {
				return err
			}
			env.Defer(w.Close)
			dead := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				http.Error(w, "gone fishing", http.StatusInternalServerError)
			}))
			env.Defer(dead.Close)
			env.Setenv("WORLD", w.Config)
			env.Setenv("NOW", w.Now.Format(time.RFC3339))
			env.Setenv("DEAD", dead.URL)
			for _, dir := range []string{"CONFIG", "DATA", "STATE", "CACHE"} {
				env.Setenv("XDG_"+dir+"_HOME", filepath.Join(env.WorkDir, "xdg", strings.ToLower(dir)))
			}
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("MINUTES_DATA_DIR", filepath.Join(env.WorkDir, "data"))
			env.Setenv("TZ", "Europe/Berlin")
			b, err := os.ReadFile(w.Config)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "world.toml"), b, 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":  exits,
			"schema": meetsSchema,
			"count":  count,
			"lines":  linesMeetSchema,
			"owner":  ownerOnly,
		},
	})
}

// An interrupted command is 130, whatever its work made of the interruption.
func TestAnInterruptedCommandSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	for err, want := range map[error]int{nil: exitDone, errFindings: exitFailed, errPartial: exitPartial, errors.New("x"): exitFailed} {
		if got := exitCode(ctx, err, io.Discard); got != want {
			t.Errorf("%v: exit %d, want %d", err, got, want)
		}
	}
	cancel()
	for _, err := range []error{errFindings, errPartial, errors.New("interrupted (9)"), context.Canceled} {
		if got := exitCode(ctx, err, io.Discard); got != exitInterrupted {
			t.Errorf("interrupted, %v: exit %d", err, got)
		}
	}
}

// Ctrl+C at a question of init once did nothing until Enter.
func TestAQuestionCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	go func() { _, _ = w.Write([]byte("yes")) }()
	b := make([]byte, 8)
	if n, err := (interruptible{ctx, r}).Read(b); string(b[:n]) != "yes" || err != nil {
		t.Errorf("%q, %v", b[:n], err)
	}
	cancel()
	if _, err := (interruptible{ctx, r}).Read(b); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// exits runs a command and wants that exit code: exits 3 minutes preload.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit %d, want %s", code, args[0])
	}
}

// meetsSchema holds the last stdout against a published schema: schema brief.
func meetsSchema(ts *testscript.TestScript, neg bool, args []string) {
	err := render.Validate(args[0], []byte(ts.ReadFile("stdout")))
	if neg == (err == nil) {
		ts.Fatalf("schema %s: %v", args[0], err)
	}
}

// linesMeetSchema holds every line of a file against a published schema and, where it names one of its
// own, against that: lines export all.jsonl.
func linesMeetSchema(ts *testscript.TestScript, _ bool, args []string) {
	kinds := map[string]int{}
	for l := range strings.Lines(ts.ReadFile(args[1])) {
		var named struct{ Schema string }
		ts.Check(json.Unmarshal([]byte(l), &named))
		own := strings.TrimSuffix(strings.TrimPrefix(named.Schema, "minutes."), "/v1")
		for _, name := range []string{args[0], own} {
			if err := render.Validate(name, []byte(l)); err != nil {
				ts.Fatalf("%v in %.300s", err, l)
			}
		}
		kinds[own]++
	}
	if kinds["item"] == 0 || kinds["brief"] == 0 || kinds["run"] == 0 || kinds["judgement"] == 0 || kinds["action"] == 0 {
		ts.Fatalf("not everything is there: %v", kinds)
	}
}

// count wants a text that many times in the last stdout: count 2 mail:.
func count(ts *testscript.TestScript, _ bool, args []string) {
	if n := strings.Count(ts.ReadFile("stdout"), args[1]); fmt.Sprint(n) != args[0] {
		ts.Fatalf("%q is there %d times, want %s", args[1], n, args[0])
	}
}

// ownerOnly wants that nobody but the owner has a right on the files.
func ownerOnly(ts *testscript.TestScript, _ bool, args []string) {
	for _, a := range args {
		st, err := os.Stat(ts.MkAbs(a))
		ts.Check(err)
		if st.Mode().Perm()&0o077 != 0 {
			ts.Fatalf("%s has mode %v", a, st.Mode().Perm())
		}
	}
}

// TestConfigExampleIsFresh holds config.example.toml to what the connectors say of themselves.
// MINUTES_UPDATE=1 writes it anew.
func TestConfigExampleIsFresh(t *testing.T) {
	const path = "../../config.example.toml"
	want := config.Sample(kinds())
	if os.Getenv("MINUTES_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("config.example.toml is not what the connectors' samples say; run MINUTES_UPDATE=1 go test ./cmd/minutes -run Fresh")
	}
}
