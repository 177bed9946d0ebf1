package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/rag/sqlite"
)

// A desk is a user with a small memory that every experiment begins from: one feed, a brief, two thumbs.
type desk struct {
	*box
	ids   []string // two that were judged, and others
	brief time.Time
}

// entries are what the feed has since then: all of them are there after a preload.
const entries = 24

func newDesk(t testing.TB, bin string) *desk {
	w, _ := startDemo(t)
	g := newGate(t)
	g.n.Store(20)
	b := newBox(t, fmt.Sprintf("[[connectors.feed]]\nname = \"growing\"\nurls = [%q]\n", g.URL+"/feed.xml"), w.Now)
	if bin != "" {
		b.bin = bin
	}
	b.must(0, "preload")
	d := &desk{box: b, brief: b.now}
	for _, it := range b.kept() {
		d.ids = append(d.ids, it.ID)
	}
	b.must(0, "feedback", "up", d.ids[0], d.ids[1])
	b.now = b.now.Add(2 * time.Hour) // past the brief's expiry: a preload makes another one
	go func() {
		for {
			select {
			case <-g.arrived: // nobody else waits for them
			case <-t.Context().Done():
				return
			}
		}
	}()
	g.n.Store(entries)
	g.still.Store(true)
	return d
}

// copyTo copies the desk's memory into a new folder.
func (d *desk) copyTo(dir string) {
	d.t.Helper()
	if err := os.CopyFS(dir, os.DirFS(d.data())); err != nil {
		d.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Chmod(f, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		d.t.Fatal(err)
	}
}

// twin is a box in a folder of its own, with a copy of the desk's memory.
func (d *desk) twin(dir string) *box {
	b := *d.box
	b.dir, b.env = dir, slices.Clone(d.env)
	for i, e := range b.env {
		b.env[i] = strings.Replace(e, d.dir, dir, 1)
	}
	d.copyTo(b.data())
	return &b
}

// An ordeal is a command on a disk that fails, and what came of it.
type ordeal struct {
	name string
	args []string
	box  *box
	file string // that the call was about which failed first, "" where that is not known
	ran  ran
}

// verdict holds an ordeal to what a user may expect: a clear error or none, nothing lost that was
// acknowledged, nothing there that was refused, the last brief whole, and a next run that works.
func (d *desk) verdict(o *ordeal) (wrong []string) {
	bad := func(format string, args ...any) { wrong = append(wrong, o.name+": "+fmt.Sprintf(format, args...)) }
	d.told(o, bad)
	if strings.Contains(o.ran.err, "\nbrief kept\n") {
		d.opened(o, bad, func(ctx context.Context, db *sqlite.DB) {
			if _, err := db.Brief(ctx, d.now.Format(time.DateOnly)); err != nil {
				bad("the new brief is gone: %v", err)
			}
		})
	}
	next := [][]string{{"feedback", "up", d.ids[3]}}
	if o.args[0] == "preload" {
		next = append(next, o.args)
	}
	for _, args := range next {
		if r := o.box.run(args...); r.code != 0 {
			bad("the next %s fails too: %s", args[0], tail(r.err, 600))
		}
	}
	d.opened(o, bad, func(ctx context.Context, db *sqlite.DB) { d.whole(ctx, o, bad, db) })
	return wrong
}

// told is about what the command said.
func (d *desk) told(o *ordeal, bad func(string, ...any)) {
	said := o.ran.err
	switch {
	case o.ran.code == 0 && o.args[0] == "feedback" && o.acknowledged() != 1:
		bad("exit 0 and nothing acknowledged")
	case o.ran.code == 0 && o.args[0] == "preload" && !strings.Contains(said, "\nbrief kept\n"):
		bad("exit 0 and no brief kept\n%s", tail(said, 600))
	case o.ran.code != 0 && o.ran.code != 1:
		bad("exit %d\n%s", o.ran.code, tail(said, 1500))
	case o.ran.code == 1 && (!strings.Contains(said, o.box.data()) || !strings.Contains(said, "\n  next: ")):
		bad("the error is no help: %s", tail(said, 600))
	}
	if strings.HasPrefix(o.file, "minutes.db.backup") && strings.Contains(said, ": back up: ") && !strings.Contains(said, "minutes.db.backup") {
		bad("it names another file than %s: %s", o.file, tail(said, 600))
	}
}

// acknowledged is how many thumbs the command said to have kept.
func (o *ordeal) acknowledged() int { return strings.Count("\n"+o.ran.err, "\nup: ") }

// opened lets look at the memory as it is now.
func (d *desk) opened(o *ordeal, bad func(string, ...any), look func(context.Context, *sqlite.DB)) {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(o.box.data(), "minutes.db"), sqlite.Options{Tell: func(s string) { bad("said: %s", s) }})
	if err != nil {
		bad("%v", err)
		return
	}
	defer db.Close()
	look(ctx, db)
}

// whole is about what is kept after the ordeal and the next run.
func (d *desk) whole(ctx context.Context, o *ordeal, bad func(string, ...any), db *sqlite.DB) {
	if found, err := db.Check(ctx); err != nil || len(found) > 0 {
		bad("check: %q %v", found, err)
	}
	if items, err := db.Items(ctx, minutes.Query{}); err != nil || o.args[0] == "preload" && len(items) != entries {
		bad("%d items are kept, want %d (%v)", len(items), entries, err)
	}
	log, err := db.Judgements(ctx)
	var got []string
	for _, j := range log {
		got = append(got, j.Item)
	}
	open := strings.Contains(o.ran.err, "it may be kept after all") // said where not even that could be made sure
	want := []string{d.ids[0], d.ids[1]}
	if o.acknowledged() > 0 || open && slices.Contains(got, d.ids[2]) {
		want = append(want, d.ids[2])
	}
	want = append(want, d.ids[3])
	if err != nil || !slices.Equal(got, want) {
		bad("judged are %s, want %s (%v)", got, want, err)
	}
	if b, err := db.Brief(ctx, d.brief.Format(time.DateOnly)); err != nil || len(b.TLDR) != 3 || len(b.Sections) == 0 {
		bad("the last brief is gone: %v", err)
	}
}
