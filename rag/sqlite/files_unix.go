//go:build unix

package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// noFollow refuses to open a link: what it leads to is not ours to make or change.
const noFollow = syscall.O_NOFOLLOW

// noWait keeps a pipe in the place of a file from blocking the open.
const noWait = syscall.O_NONBLOCK

// mine says whether the file belongs to the user this process runs as.
func mine(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}

// rootsOwn says whether the file is root's.
func rootsOwn(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && s.Uid == 0
}

// shared says whether others than its owner may read a file or look into a folder.
func shared(st fs.FileInfo) bool { return st.Mode().Perm()&0o077 != 0 }

// syncDir puts the names in a folder on disk: a renamed or new file is lost without it.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// tryLock takes the lock of an open file if nobody has it. The kernel lets go of it when the file
// is closed, also by a kill.
func tryLock(f *os.File) (bool, error) {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, err
		}
	}
}
