package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestE2EProcessesBesideEachOtherLoseNothing runs preloads, thumbs of two hands and readers at once, as a
// cron job, a person and a screen do.
func TestE2EProcessesBesideEachOtherLoseNothing(t *testing.T) {
	t.Parallel()
	b, _ := growing(t)
	items := b.kept()
	rounds := size(3, 15, 100)
	var wg sync.WaitGroup
	var mu sync.Mutex
	want := map[string]int{}
	do := func(args ...string) {
		for range rounds {
			r := b.run(args...)
			if r.code != 0 {
				t.Errorf("minutes %s: exit %d\n%s", strings.Join(args, " "), r.code, tail(r.err, 1000))
				continue
			}
			mu.Lock()
			if strings.HasPrefix(r.err, "up: ") {
				want[args[2]]++
			}
			mu.Unlock()
		}
	}
	for _, args := range [][]string{{"preload"}, {"feedback", "up", items[0].ID}, {"feedback", "up", items[1].ID}, {"items", "--json"}} {
		wg.Go(func() { do(args...) })
	}
	wg.Wait()
	b.intact()
	got := b.judged()
	for id, n := range want {
		if got[id] != n || n != rounds {
			t.Errorf("%s: %d of %d thumbs were acknowledged and %d are there", id, n, rounds, got[id])
		}
	}
	t.Logf("durability: 4 processes at once, %d rounds, %d judgements acknowledged, 0 lost", rounds, 2*rounds)
}

// TestE2EANewerMemoryIsRefusedAndUntouched has the memory of a version that is not made yet.
func TestE2EANewerMemoryIsRefusedAndUntouched(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	data := filepath.Join(t.TempDir(), "data")
	d.copyTo(data)
	path := filepath.Join(data, "minutes.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(file[60:64], []byte{0, 0, 3, 231}) // the schema's number, 999
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	before := read(t, data)
	for _, args := range [][]string{{"feedback", "up", d.ids[2]}, {"preload"}, {"brief"}, {"restore"}, {"backup", filepath.Join(d.dir, "copy.db")}} {
		r := d.run(append([]string{"--data-dir", data}, args...)...)
		if r.code != 1 || args[0] != "restore" && !strings.Contains(r.err, "newer version of minutes") || !strings.Contains(r.err, "next: ") {
			t.Errorf("%s: exit %d %s", args[0], r.code, r.err)
		}
	}
	after := read(t, data)
	for name, b := range before {
		if !bytes.Equal(after[name], b) {
			t.Errorf("%s was changed", name)
		}
	}
}

// TestE2EADamagedMemoryIsToldOnceAndGoneOn is what a user sees whose disk has turned a bit in a brief: one
// command that says what happened, and then the program as before.
func TestE2EADamagedMemoryIsToldOnceAndGoneOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "")
	d.now = d.now.Add(23 * time.Hour) // two hours are past: it is a day old
	d.must(0, "preload")              // with the weekly backup
	d.must(0, "feedback", "up", d.ids[2])
	path := filepath.Join(d.data(), "minutes.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(file, []byte(`"schema":"minutes.brief/v1","day":"`+d.now.Format(time.DateOnly)))
	if at < 0 {
		t.Fatal("the file holds no brief of today")
	}
	file[at+80] ^= 1
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	r := d.run("brief")
	for _, want := range []string{"damaged", "minutes.db.damaged-", "minutes.db.backup", "3 judgements", "next: minutes preload"} {
		if !strings.Contains(r.err, want) {
			t.Errorf("it does not say %q:\n%s", want, r.err)
		}
	}
	if r.code != 1 || r.out != "" {
		t.Errorf("exit %d, printed %q", r.code, tail(r.out, 200))
	}
	d.now = d.now.Add(2 * time.Hour)
	if r := d.run("preload"); r.code != 0 || strings.Contains(r.err, "damaged") {
		t.Errorf("the next preload: exit %d %s", r.code, r.err)
	}
	if got := fmt.Sprint(d.judged()); !strings.Contains(got, d.ids[2]) {
		t.Errorf("judged are %s", got)
	}
}
