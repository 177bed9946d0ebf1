//go:build unix

package sqlite

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dailyminutes/minutes"
)

// Opening a pipe waits for whoever writes to it, and a device never ends.
func TestAPipeOrADeviceIsNoBackupAndNoJournal(t *testing.T) {
	d, ctx := fresh(t), t.Context()
	keep(t, d, "feed", all10k(3)...)
	dir := t.TempDir()
	good, pipe := filepath.Join(dir, "good.db"), filepath.Join(dir, "pipe.db")
	if err := d.Backup(ctx, good); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{pipe, "/dev/zero", dir} {
		if err := Restore(ctx, file, d.Path()); err == nil || !strings.Contains(err.Error(), "is not a file") || minutes.Hint(err) == "" {
			t.Errorf("%s: %v", file, err)
		}
	}
	if err := syscall.Mkfifo(good+"-wal", 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, good, d.Path()); err == nil || !strings.Contains(err.Error(), "good.db-wal is not a file") {
		t.Errorf("its log: %v", err)
	}
	if err := os.Remove(good + "-wal"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(d.journalPath()); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(d.journalPath(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Restore(ctx, good, d.Path()); err == nil || !strings.Contains(err.Error(), "journal is not a file") {
		t.Errorf("the journal: %v", err)
	}
}
