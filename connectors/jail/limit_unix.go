//go:build unix

package jail

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"
)

// maxMemory is RLIMIT_DATA: RLIMIT_AS would kill Go, which reserves far more than it uses.
const maxMemory = 512 << 20

func limit() error {
	set := func(what int, n uint64) error {
		return syscall.Setrlimit(what, &syscall.Rlimit{Cur: n, Max: n})
	}
	return errors.Join(
		set(syscall.RLIMIT_DATA, maxMemory),
		set(syscall.RLIMIT_NOFILE, 16),
		set(syscall.RLIMIT_CORE, 0),
		set(syscall.RLIMIT_FSIZE, 0),
		set(syscall.RLIMIT_CPU, 600), // over its life; a document has the pool's deadline
	)
}

// detach keeps a Ctrl+C at the terminal from reaching the children before the parent has decided.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func cores() int { return runtime.NumCPU() }
