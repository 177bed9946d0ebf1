//go:build !unix

package jail

import (
	"os/exec"
	"runtime"
)

// limit does nothing here: this platform has no rlimits. The deadline and the stack limit hold.
func limit() error { return nil }

func detach(*exec.Cmd) {}

func cores() int { return runtime.NumCPU() }
