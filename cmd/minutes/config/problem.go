package config

import (
	"fmt"
	"slices"
	"strings"
)

// An Error is one thing that is wrong with the config. It never holds a value that could be secret.
type Error struct {
	File    string
	Line    int    // 0 when it is the file itself
	Key     string // connectors.imap.host; "" when it is no key
	Problem string
	Remedy  string

	wraps error
}

// Unwrap is what the file system said, if it said something.
func (e *Error) Unwrap() error { return e.wraps }

// Error is "FILE:LINE: KEY: PROBLEM; REMEDY", less what is not known.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Problem)
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}

// Errors are all that is wrong, by line. errors.As finds the first as an *Error.
type Errors []*Error

// Error is one line for each.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap serves errors.As and errors.Is.
func (es Errors) Unwrap() []error {
	out := make([]error, len(es))
	for i, e := range es {
		out[i] = e
	}
	return out
}

// problems collects while a file is read.
type problems struct {
	file string
	list Errors
}

func (p *problems) add(line int, key, problem, remedy string) {
	p.list = append(p.list, &Error{File: p.file, Line: line, Key: key, Problem: problem, Remedy: remedy})
}

// err is nil, the only *Error, or Errors by line; the same line and key is reported once.
func (p *problems) err() error {
	slices.SortStableFunc(p.list, func(a, b *Error) int { return a.Line - b.Line })
	seen := map[string]bool{}
	list := slices.DeleteFunc(p.list, func(e *Error) bool {
		at := fmt.Sprintf("%d %s", e.Line, e.Key)
		dup := seen[at]
		seen[at] = true
		return dup
	})
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return list
}

// nearest is the known key that was probably meant, or "". A key is near when at most a third of it
// has to change.
func nearest(key string, known []string) string {
	best, at := "", 1+max(1, len(key)/3)
	for _, k := range known {
		if d := distance(strings.ToLower(key), k); d < at {
			best, at = k, d
		}
	}
	if best == "" && len(key) >= 4 {
		for _, k := range known {
			if strings.HasPrefix(k, key) || strings.HasPrefix(key, k) && len(k) >= 4 {
				return k
			}
		}
	}
	return best
}

// distance is how many letters must be added, dropped, replaced or swapped with their neighbour.
func distance(a, b string) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
