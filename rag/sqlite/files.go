package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dailyminutes/minutes"
)

// prepareFile makes the folder (0700) and the file (0600) where they are missing. SQLite gives its
// -wal and -shm the mode of the file, so these are closed to others from their first byte too. An
// existing file must be a plain file of this user; bits that let others read it are taken away.
func prepareFile(path string) error {
	there := firstThere(filepath.Dir(path))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return minutes.WithHint(fmt.Errorf("make the data folder: %w", err), "choose another with --data-dir or MINUTES_DATA_DIR")
	}
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		if err := f.Close(); err != nil {
			return err
		}
		return syncNew(filepath.Dir(path), there)
	}
	st, lerr := os.Lstat(path)
	if !errors.Is(err, fs.ErrExist) || lerr != nil {
		return minutes.WithHint(fmt.Errorf("make the memory: %w", err), "check that you own "+filepath.Dir(path)+" and may write there")
	}
	return checkFile(path, st)
}

// firstThere is the folder, or the nearest above it, that is there.
func firstThere(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// syncNew puts the name of a new file on disk, and those of the folders that were made for it: a file
// whose folder a power cut takes away is lost. there is the folder that was there before.
func syncNew(dir, there string) error {
	for {
		if err := syncDir(dir); err != nil && !errors.Is(err, fs.ErrPermission) { // one of another user's may not be ours to open
			return fmt.Errorf("make the memory: %w", err)
		}
		if dir == there || dir == filepath.Dir(dir) {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

// checkFolder refuses a folder in which somebody else may put another file in the memory's place. Root
// may anyway, and in a folder like /tmp names are safe from others.
func checkFolder(dir string) error {
	st, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("look at the data folder: %w", err)
	case !mine(st) && !rootsOwn(st):
		return minutes.WithHint(fmt.Errorf("%s belongs to another user: refused", dir), "name a folder of your own with --data-dir")
	case st.Mode().Perm()&0o002 != 0 && st.Mode()&fs.ModeSticky == 0 && shared(st):
		return minutes.WithHint(fmt.Errorf("%s can be written to by anybody: refused", dir), "chmod 700 "+dir)
	}
	return nil
}

// openPlain opens a file to read it. Nobody is waited for: a pipe or a device in its place is refused.
func openPlain(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = minutes.WithHint(fmt.Errorf("%s is not a file", path), "look what it is, and name a file or move it away")
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// openOwn opens a file beside the memory, making it for this user alone where there is none. It
// follows no link.
func openOwn(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|noFollow, 0o600)
	st, lerr := os.Lstat(path)
	if lerr == nil {
		lerr = checkFile(path, st)
	}
	switch {
	case err == nil && lerr == nil:
		return f, nil
	case err == nil:
		_ = f.Close()
		return nil, lerr
	case lerr != nil && !errors.Is(lerr, fs.ErrNotExist):
		return nil, lerr // that it is a link says more than ELOOP
	}
	return nil, err
}

func checkFile(path string, st fs.FileInfo) error {
	switch {
	case st.Mode()&fs.ModeSymlink != 0:
		return minutes.WithHint(fmt.Errorf("%s is a link: refused", path), "name the real folder with --data-dir")
	case !st.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", path)
	case !mine(st):
		return minutes.WithHint(fmt.Errorf("%s belongs to another user: refused", path), "name a folder of your own with --data-dir")
	}
	if shared(st) {
		if err := os.Chmod(path, 0o600); err != nil {
			return fmt.Errorf("close the memory to others: %w", err)
		}
	}
	return nil
}

// create makes a file that was not there, for this user alone.
func create(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, minutes.WithHint(fmt.Errorf("%s exists already", path), "choose another name; nothing is overwritten")
	}
	return f, err
}

// syncFile puts a file, and its name in its folder, on disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return err
}
