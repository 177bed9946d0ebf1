//go:build unix

package secret

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// noFollow refuses a link, and keeps a FIFO from blocking the open.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

func isLoop(err error) bool { return errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) }

// ownedByMe takes root's files too: root can read all anyway, and systemd's credentials are root's.
func ownedByMe(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && (int(s.Uid) == os.Getuid() || s.Uid == 0)
}

func open(st fs.FileInfo) bool { return st.Mode().Perm()&0o077 != 0 }

// writable says whether anybody else may write: in a folder, put files in the place of others.
func writable(st fs.FileInfo) bool { return st.Mode().Perm()&0o002 != 0 }
