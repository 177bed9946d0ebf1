//go:build linux || darwin

package sqlite

import "golang.org/x/sys/unix"

// freeSpace is how many bytes a user may still write in a folder; ok says that this is known.
func freeSpace(dir string) (n int64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return int64(st.Bavail) * int64(st.Bsize), true //nolint:unconvert // of another type on macOS
}
