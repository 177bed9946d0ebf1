//go:build unix

package jail

import (
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// patience is how many times a document's limit of work may pass until an answer is no longer waited
// for: a processor has to be shared, and a parser that only sleeps does no work.
const patience = 2

// limit takes from this process what no parser needs. RLIMIT_DATA, not RLIMIT_AS: that would kill
// Go, which reserves far more than it uses. RLIMIT_CPU counts over the child's whole life and so is
// only the last resort: a document has the pool's deadline, an orphan ends itself. Core files would
// hold mail.
func limit() error {
	set := func(what int, n uint64) error {
		return syscall.Setrlimit(what, &syscall.Rlimit{Cur: n, Max: n})
	}
	errs := []error{
		set(syscall.RLIMIT_NOFILE, 16),
		set(syscall.RLIMIT_CORE, 0),
		set(syscall.RLIMIT_FSIZE, 0),
		set(syscall.RLIMIT_CPU, 3600),
	}
	if !race {
		errs = append(errs, set(syscall.RLIMIT_DATA, maxMemory))
	}
	return errors.Join(errs...)
}

// detach keeps a Ctrl+C at the terminal from reaching the children before the parent has decided.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// work is how long this process has kept processors busy.
func work() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
