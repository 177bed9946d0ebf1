//go:build !race

package ics

import "time"

// patience is how long the product gives a document.
const patience = 5 * time.Second
