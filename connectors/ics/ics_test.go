package ics

import (
	"testing"

	"github.com/dailyminutes/minutes/connectors/connectortest"
)

func TestMain(m *testing.M) { connectortest.Main(m, Spec().Parsers) }

func TestCases(t *testing.T) { connectortest.ParseCases(t, Spec(), connectortest.Options{}) }
