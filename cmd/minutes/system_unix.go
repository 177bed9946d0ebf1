//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// noFollow refuses a link, and does not wait for whoever might read a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// detached is for a program that lives on by itself.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// noCoreDumps keeps passwords and mail out of a file that nobody would think of. What is started from
// here (a browser) may still raise the limit for itself.
func noCoreDumps() {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &l) == nil {
		l.Cur = 0
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &l) // it can only fail where it was 0
	}
	undumpable()
}

// mine says that a file or folder is this user's and that nobody else may write to it. A file with a
// second name is not: it may be one of the user's own that somebody else has put there.
func mine(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid() && st.Mode().Perm()&0o022 == 0 && (st.IsDir() || s.Nlink == 1)
}
