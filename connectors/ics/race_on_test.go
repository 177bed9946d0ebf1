//go:build race

package ics

import "time"

// patience is how long a document may take under the race detector, which slows everything tenfold.
const patience = time.Minute
