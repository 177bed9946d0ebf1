//go:build unix

package main

import "syscall"

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
}
