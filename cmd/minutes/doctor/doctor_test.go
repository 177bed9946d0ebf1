package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
)

// patient is one in good health.
func patient(t *testing.T) Patient {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(cfg, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 10, 7, 0, 0, 0, time.UTC)
	return Patient{Config: cfg, DataDir: dir, Database: func(context.Context) ([]string, error) { return nil, nil },
		Sources: []minutes.SourceStatus{{Name: "mail"}, {Name: "off", Status: "off"}},
		Probe:   func(context.Context, string) (int, error) { return 3, nil },
		Now:     func() time.Time { return now }, ZoneName: "Europe/Berlin",
		LastRun: &minutes.Run{Start: now.Add(-time.Hour), Outcome: "ok"}}
}

func TestAHealthyProgramHasNoFindings(t *testing.T) {
	for _, f := range Examine(t.Context(), patient(t)) {
		if !f.OK || f.Text.Empty() {
			t.Errorf("%+v", f)
		}
	}
}

// A full disk once came with the advice to put a backup in the memory's place.
func TestARemedyFitsItsFault(t *testing.T) {
	p := patient(t)
	p.Database = func(context.Context) ([]string, error) {
		return []string{"journal: others may read it (chmod 600)"}, minutes.WithHint(errors.New("database or disk is full"), "free some space")
	}
	remedies := map[string]string{}
	for _, f := range Examine(t.Context(), p) {
		if !f.OK {
			remedies[f.Text.String()] = f.Remedy.String()
		}
	}
	if remedies["journal: others may read it"] != "chmod 600" || remedies["database or disk is full"] != "free some space" {
		t.Errorf("%q", remedies)
	}
}

func TestEveryFindingHasItsRemedy(t *testing.T) {
	for name, spoil := range map[string]func(*Patient){
		"config": func(p *Patient) { _ = os.Chmod(p.Config, 0o644) },
		"data":   func(p *Patient) { _ = os.Chmod(p.DataDir, 0o755) },
		"clock":  func(p *Patient) { p.Now = func() time.Time { return time.Unix(0, 0) }; p.LastRun = nil },
		"zone":   func(p *Patient) { p.ZoneName = "Mars/Olympus" },
		"database": func(p *Patient) {
			p.Database = func(context.Context) ([]string, error) { return []string{"page 7 is damaged"}, nil }
		},
		"preload": func(p *Patient) { p.LastRun.Outcome = "failed" },
		"source mail": func(p *Patient) {
			p.Probe = func(context.Context, string) (int, error) { return 0, errors.New("no answer") }
		},
	} {
		if runtime.GOOS == "windows" && (name == "config" || name == "data") {
			continue // the mode tells nothing there
		}
		p := patient(t)
		spoil(&p)
		bad := 0
		for _, f := range Examine(t.Context(), p) {
			if f.OK {
				continue
			}
			bad++
			if f.Check != name || f.Remedy.Empty() {
				t.Errorf("%s: found %+v", name, f)
			}
		}
		if bad != 1 {
			t.Errorf("%s: %d findings", name, bad)
		}
	}
}

func TestAScheduleThatStoppedIsFound(t *testing.T) {
	p := patient(t)
	p.LastRun.Start = p.Now().AddDate(0, 0, -9)
	for _, f := range Examine(t.Context(), p) {
		if f.Check == "preload" && f.OK {
			t.Error("nine days without a run pass for health")
		}
	}
}

// What others wrote badly is told, and is no illness: exit 1 for ever would teach to look away.
func TestWhatWasLeftOutIsANote(t *testing.T) {
	p := patient(t)
	bad := minutes.Rejection{Source: "mail", Item: minutes.Clean("message 7"), Reason: minutes.Clean("stopped while parsing"), Next: minutes.Clean("open it in your mail program")}
	failed := minutes.Rejection{Source: "mail", Item: minutes.Clean("Archive"), Reason: minutes.Clean("not found")} // told by the error
	p.Sources[0].Error = minutes.Clean("imap: 1 of 2 folders failed: Archive: not found")
	p.Sources[0].Rejected = []minutes.Rejection{failed, bad, bad}
	p.Sources[1].Rejected = []minutes.Rejection{bad} // switched off: nobody asks
	notes := 0
	for _, f := range Examine(t.Context(), p) {
		if !f.OK {
			t.Errorf("%+v", f)
		}
		if f.Remedy.Empty() {
			continue
		}
		notes++
		if want := "message 7: stopped while parsing; and 1 more: minutes sources"; f.Check != "left out mail" || f.Text.String() != want || f.Remedy.String() != "open it in your mail program" {
			t.Errorf("%+v", f)
		}
	}
	if notes != 1 {
		t.Errorf("%d notes", notes)
	}
}
