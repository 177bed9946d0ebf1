package web

import (
	"context"
	"sync"
)

// gate bounds the requests under way: so many a host, so many in all.
type gate struct {
	mu    sync.Mutex
	hosts map[string]chan struct{}
	all   chan struct{}
}

// enter waits for a place and returns how to give it back. The host's place is taken first, so
// that a crowd before one slow host keeps no place that others could use.
func (g *gate) enter(ctx context.Context, host string, perHost, total int) (leave func(), err error) {
	g.mu.Lock()
	if g.hosts == nil {
		g.hosts = map[string]chan struct{}{}
		g.all = make(chan struct{}, total)
	}
	place := g.hosts[host]
	if place == nil {
		place = make(chan struct{}, perHost)
		g.hosts[host] = place
	}
	all := g.all
	g.mu.Unlock()

	select {
	case place <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case all <- struct{}{}:
	case <-ctx.Done():
		<-place
		return nil, ctx.Err()
	}
	return func() { <-all; <-place }, nil
}
