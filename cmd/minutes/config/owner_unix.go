//go:build unix

package config

import (
	"io/fs"
	"syscall"
)

// noWait keeps a pipe in the config's place from blocking the open.
const noWait = syscall.O_NONBLOCK

// ownerOf is the user id of a file's owner.
func ownerOf(st fs.FileInfo) (int, bool) {
	s, ok := st.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(s.Uid), true
}
