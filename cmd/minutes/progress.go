package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
)

// reporter shows a preload as it runs, on stderr: a live block of bars on a terminal, one line a
// step elsewhere.
type reporter struct {
	w     io.Writer
	live  bool
	width int
	mu    sync.Mutex
	names []string // in order of appearance
	lines map[string]string
	drawn int
	done  int
}

func newReporter(w io.Writer, names []string) *reporter {
	return &reporter{w: w, live: colour(w), width: width(w), lines: map[string]string{}, names: names}
}

func (r *reporter) report(p minutes.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.live {
		if line := plainLine(p); line != "" {
			fmt.Fprintln(r.w, line)
		}
		return
	}
	if p.Source == "" {
		if p.Step == "wait" {
			fmt.Fprintln(r.w, p.Note)
		}
		if p.Step == "cache" {
			r.erase()
		}
		return
	}
	if p.State != "start" {
		r.done++
	}
	r.lines[p.Source] = liveLine(p)
	r.erase()
	r.draw()
}

// draw prints one line a source and a bar under them.
func (r *reporter) draw() {
	r.drawn = 0
	for _, n := range r.names {
		if l := r.lines[n]; l != "" {
			fmt.Fprintln(r.w, ansi.Truncate(l, r.width-1, "…"))
			r.drawn++
		}
	}
	if total := len(r.lines); total > 0 {
		full := 24 * r.done / total
		fmt.Fprintf(r.w, "  \x1b[32m%s\x1b[2m%s\x1b[0m %d of %d sources\n", strings.Repeat("━", full), strings.Repeat("━", 24-full), r.done, total)
		r.drawn++
	}
}

func (r *reporter) erase() {
	if r.drawn > 0 {
		fmt.Fprintf(r.w, "\x1b[%dA\x1b[J", r.drawn)
		r.drawn = 0
	}
}

func liveLine(p minutes.Progress) string {
	took := p.Took.Round(time.Millisecond)
	switch p.State {
	case "start":
		return fmt.Sprintf("  \x1b[2m· %-14s fetching\x1b[0m", p.Source)
	case "done":
		return fmt.Sprintf("  \x1b[32m✓\x1b[0m %-14s %d new \x1b[2m%s\x1b[0m", p.Source, p.Items, took)
	case "partial":
		return fmt.Sprintf("  \x1b[33m!\x1b[0m %-14s %d new, in part: %s", p.Source, p.Items, p.Note)
	}
	return fmt.Sprintf("  \x1b[31m✗\x1b[0m %-14s %s", p.Source, p.Note)
}

func plainLine(p minutes.Progress) string {
	took := p.Took.Round(time.Millisecond)
	switch {
	case p.Step == "wait":
		return p.Note.String()
	case p.Source != "" && p.State == "start":
		return ""
	case p.Source != "" && p.State == "failed":
		return fmt.Sprintf("%s %s: failed after %s: %s", p.Step, p.Source, took, p.Note)
	case p.Source != "" && p.State == "partial":
		return fmt.Sprintf("%s %s: %d new in %s, in part: %s", p.Step, p.Source, p.Items, took, p.Note)
	case p.Source != "":
		return fmt.Sprintf("%s %s: %d new in %s", p.Step, p.Source, p.Items, took)
	case p.Step == "cache":
		return "brief kept"
	}
	return fmt.Sprintf("%s: %s", p.Step, took)
}
