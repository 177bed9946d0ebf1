//go:build !unix

package jail

import (
	"os/exec"
	"time"
)

// limit does nothing here: this platform has no rlimits. The deadline, the stack's limit and the
// child's own watch hold.
func limit() error { return nil }

func detach(*exec.Cmd) {}

// patience and work: what a document may take is time alone here.
const patience = 1

func work() time.Duration { return 0 }
