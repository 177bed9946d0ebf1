//go:build unix

package ics

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dailyminutes/minutes"
)

// Opening a pipe that nobody writes to waits for ever: it is not opened.
func TestAPipeIsNotAFile(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.ics"), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "a.ics"), vevent("a", "A"))
	if b := fetch(t, open(t, &Config{Path: dir}, morning), minutes.Cursor{}); len(b.Items) != 1 || len(b.Rejected) != 1 {
		t.Errorf("%d items, rejected %v", len(b.Items), b.Rejected)
	}
	_, err := open(t, &Config{Path: filepath.Join(dir, "pipe.ics")}, morning).Fetch(t.Context(), minutes.Cursor{})
	if err == nil || !strings.Contains(err.Error(), "regular file") || minutes.Hint(err) == "" {
		t.Errorf("%v (%s)", err, minutes.Hint(err))
	}
}
