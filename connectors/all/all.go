// Package all lists the connectors, one line each. A new one is added here and nowhere else.
package all

import (
	"maps"

	"github.com/dailyminutes/minutes/connectors"
	"github.com/dailyminutes/minutes/connectors/dummy"
	"github.com/dailyminutes/minutes/connectors/feed"
	"github.com/dailyminutes/minutes/connectors/hackernews"
	"github.com/dailyminutes/minutes/connectors/ics"
	"github.com/dailyminutes/minutes/connectors/imap"
	"github.com/dailyminutes/minutes/connectors/market"
	"github.com/dailyminutes/minutes/connectors/weather"
)

// Specs are the kinds of connectors, in the order in which people are shown them.
func Specs() []connectors.Spec {
	return []connectors.Spec{
		imap.Spec(),
		ics.Spec(),
		hackernews.Spec(),
		feed.Spec(),
		weather.Spec(),
		market.Spec(),
		dummy.Spec(),
	}
}

// Parsers are all connectors' parsers by name: what a jail child serves.
func Parsers() map[string]connectors.Parser {
	out := map[string]connectors.Parser{}
	for _, s := range Specs() {
		maps.Copy(out, s.Parsers)
	}
	return out
}
