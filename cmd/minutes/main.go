// Command minutes turns a person's mail, calendar, news, weather and markets into a morning brief
// of which every line is cited and checked. This folder wires: it holds no logic of a use-case.
package main

import (
	"os"

	"github.com/dailyminutes/minutes/connectors/all"
	"github.com/dailyminutes/minutes/connectors/jail"
)

func main() {
	noCoreDumps()
	jail.Child(all.Parsers()) // does not return in a child that parses for us
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
