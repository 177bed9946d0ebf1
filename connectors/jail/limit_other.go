//go:build !unix

package jail

import "os/exec"

// limit does nothing here: this platform has no rlimits. The deadline, the stack's limit and the
// child's own watch hold.
func limit() error { return nil }

func detach(*exec.Cmd) {}
