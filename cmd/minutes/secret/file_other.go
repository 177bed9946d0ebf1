//go:build !unix

package secret

import "io/fs"

// Files have access lists here; the profile folder is the user's own.
const noFollow = 0

func isLoop(error) bool          { return false }
func ownedByMe(fs.FileInfo) bool { return true }
func open(fs.FileInfo) bool      { return false }
func writable(fs.FileInfo) bool  { return false }
