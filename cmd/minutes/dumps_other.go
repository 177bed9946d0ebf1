//go:build !unix

package main

// noCoreDumps has nothing to do: there are no core files here.
func noCoreDumps() {}
