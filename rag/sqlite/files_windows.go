package sqlite

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// noFollow is nothing here: making links takes a right that users do not have.
const noFollow = 0

// noWait is nothing here: a pipe is no file.
const noWait = 0

// mine is true: on Windows the folder's access list decides, and a profile folder is its user's.
func mine(fs.FileInfo) bool { return true }

// rootsOwn is true, as mine is.
func rootsOwn(fs.FileInfo) bool { return true }

// shared is false: the mode says nothing on Windows.
func shared(fs.FileInfo) bool { return false }

// syncDir does nothing: Windows has no such call, and NTFS journals names.
func syncDir(string) error { return nil }

// tryLock takes the lock of an open file if nobody has it. The system lets go of it when the file
// is closed, also by a kill.
func tryLock(f *os.File) (bool, error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}
