// Package connectortest is the suite that every connector passes, and the world it is tested in:
// an Env of loopback, memory and a fixed clock, servers that fail in every way, folder-per-case
// goldens, the corpus.
package connectortest

import (
	"flag"
	"maps"
	"testing"

	"go.uber.org/goleak"

	"github.com/dailyminutes/minutes/connectors"
)

// Main is the whole of a connector's TestMain. It serves documents if this process is a jail
// child, adds -update for goldens, runs the tests and fails if a goroutine is left.
func Main(m *testing.M, parsers ...map[string]connectors.Parser) {
	all := map[string]connectors.Parser{}
	for _, p := range parsers {
		maps.Copy(all, p)
	}
	connectors.Child(all)
	flag.Bool("update", false, "write the goldens of testdata anew")
	goleak.VerifyTestMain(m)
}

// updating says whether goldens are to be written: go test ./connectors/feed -update.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}
