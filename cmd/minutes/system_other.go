//go:build !unix

package main

// noFollow is nothing here: making links takes a right that users do not have.
const noFollow = 0

// noCoreDumps has nothing to do: there are no core files here.
func noCoreDumps() {}
