package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/dailyminutes/minutes"
	"golang.org/x/term"
)

// reporter shows a preload as it runs, on stderr: a live block of bars on a terminal, one line a
// step elsewhere. What a source says of itself stays on its line.
type reporter struct {
	w      io.Writer
	live   bool
	width  int
	height int // of the block; more lines could not be taken back
	mu     sync.Mutex
	names  []string // in order of appearance
	last   map[string]minutes.Progress
	drawn  int
	done   int
}

func newReporter(w io.Writer, names []string) *reporter {
	return &reporter{w: w, live: colour(w), width: width(w), height: height(w) - 2, last: map[string]minutes.Progress{}, names: names}
}

// height is the terminal's, or a page's.
func height(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if _, n, err := term.GetSize(int(f.Fd())); err == nil && n > 2 {
			return n
		}
	}
	return 24
}

func (r *reporter) report(p minutes.Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.live {
		if line := plainLine(p); line != "" {
			fmt.Fprintln(r.w, minutes.CleanLine(line))
		}
		return
	}
	if p.Source == "" {
		if p.Step == "wait" {
			fmt.Fprintln(r.w, p.Note.Line())
		}
		if p.Step == "cache" {
			r.erase()
		}
		return
	}
	if p.State != "start" {
		r.done++
	}
	r.last[p.Source] = p
	r.erase()
	r.draw()
}

// draw prints one line a source and a bar under them. Where there are more sources than lines, those that
// ended well are left out first.
func (r *reporter) draw() {
	var shown []minutes.Progress
	fine := max(r.height-1-(len(r.last)-r.count("done")), 0) // lines there are for those that ended well
	for _, n := range r.names {
		p, ok := r.last[n]
		if !ok || p.State == "done" && fine == 0 {
			continue
		} else if p.State == "done" {
			fine--
		}
		shown = append(shown, p)
	}
	shown = shown[:min(len(shown), max(r.height-1, 0))]
	for _, p := range shown {
		fmt.Fprintf(r.w, "%s\n", liveLine(p, r.width-1))
	}
	full := 24 * r.done / max(len(r.last), 1)
	bar := fmt.Sprintf("  \x1b[32m%s\x1b[2m%s\x1b[0m %d of %d sources", strings.Repeat("━", full), strings.Repeat("━", 24-full), r.done, len(r.last))
	fmt.Fprintf(r.w, "%s\n", ansi.Truncate(bar, r.width-1, ""))
	r.drawn = len(shown) + 1
}

// count is how many sources are in a state.
func (r *reporter) count(state string) (n int) {
	for _, p := range r.last {
		if p.State == state {
			n++
		}
	}
	return n
}

func (r *reporter) erase() {
	if r.drawn > 0 {
		fmt.Fprintf(r.w, "\x1b[%dA\x1b[J", r.drawn)
		r.drawn = 0
	}
}

// liveLine is a source's line in the block, never wider than width: it can be taken back as one.
func liveLine(p minutes.Progress, width int) string {
	name, note, took := minutes.CleanLine(p.Source), p.Note.Line(), p.Took.Round(time.Millisecond)
	var s string
	switch p.State {
	case "start":
		s = fmt.Sprintf("  \x1b[2m· %-14s fetching\x1b[0m", name)
	case "done":
		s = fmt.Sprintf("  \x1b[32m✓\x1b[0m %-14s %d new \x1b[2m%s\x1b[0m", name, p.Items, took)
	case "partial":
		s = fmt.Sprintf("  \x1b[33m!\x1b[0m %-14s %d new, in part: %s", name, p.Items, note)
	default:
		s = fmt.Sprintf("  \x1b[31m✗\x1b[0m %-14s %s", name, note)
	}
	return ansi.Truncate(s, width, "…")
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
