package imap

import (
	"testing"

	"github.com/dailyminutes/minutes/connectors/connectortest"
)

// TestCases reads testdata: a folder is a mail, what the server says of it, and what must come out.
func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }
