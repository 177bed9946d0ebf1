//go:build !(linux && amd64)

package main

// failing fails calls of the program by a tracer that is made for one system alone.
func (b *box) failing(fault, ...string) (ran, took) {
	b.t.Helper()
	b.t.Skip("skipped: the tracer that fails calls is for linux/amd64 alone")
	return ran{}, took{}
}

func traceChild() {}
