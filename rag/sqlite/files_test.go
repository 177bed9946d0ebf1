package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dailyminutes/minutes"
)

// A link beside the memory once made whatever it led to.
func TestNoLinkBesideTheMemoryIsFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making links takes a right there")
	}
	for _, name := range []string{"minutes.lock", "minutes.journal"} {
		dir := t.TempDir()
		d, err := Open(t.Context(), filepath.Join(dir, "minutes.db"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		target := filepath.Join(t.TempDir(), "elsewhere")
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if name == "minutes.lock" {
			_, _, err = d.Lock(t.Context(), 0, nil)
		} else {
			_, err = d.Judge(t.Context(), minutes.Judgement{Verb: "mute", Term: "x", At: morning})
		}
		if err == nil || !strings.Contains(err.Error(), "is a link: refused") || minutes.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: what it leads to was made: %v", name, err)
		}
		_ = d.Close()
	}
}

func TestAFolderThatAnybodyMayWriteToIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the mode says nothing there")
	}
	dir := t.TempDir()
	for mode, ok := range map[fs.FileMode]bool{0o777: false, 0o702: false, 0o777 | fs.ModeSticky: true, 0o755: true, 0o700: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		d, err := Open(t.Context(), filepath.Join(dir, "minutes.db"), Options{})
		if (err == nil) != ok || err != nil && minutes.Hint(err) == "" {
			t.Errorf("%v: %v", mode, err)
		}
		if err == nil {
			_ = d.Close()
		}
	}
}
