//go:build unix

package main

import "syscall"

// keepFiles keeps what this program was itself given open, by a shell or a scheduler, from what it starts.
// What it opened is kept by Go.
func keepFiles() {
	for fd := 3; fd < 1024; fd++ {
		syscall.CloseOnExec(fd)
	}
}
