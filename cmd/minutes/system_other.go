//go:build !unix

package main

import (
	"io/fs"
	"syscall"
)

// noFollow is nothing here: making links takes a right that users do not have.
const noFollow = 0

// detached is for a program that lives on by itself.
func detached() *syscall.SysProcAttr { return nil }

// noCoreDumps has nothing to do: there are no core files here.
func noCoreDumps() {}

// mine is true: the access list of the profile folder decides.
func mine(fs.FileInfo) bool { return true }
