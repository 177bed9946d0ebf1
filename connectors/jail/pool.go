package jail

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// maxDocument bounds a document and what is made of it.
const maxDocument = 64 << 20

// A Pool owns the children. The zero value works: at most one child per core, started when first
// needed, stopped when idle for a minute. Close ends them. Its fields are set before first use.
type Pool struct {
	Size     int           // children; 0 means one per core
	Deadline time.Duration // of the processor's work on a document, and twice that in all; 0 means 5 s
	Serves   int           // documents before a child is replaced; 0 means 5,000
	Idle     time.Duration // unused time after which children are stopped; 0 means 1 min

	exe    string // "" is this program; tests name another
	once   sync.Once
	places chan struct{} // Size of them: who holds one may have a child
	mu     sync.Mutex
	idle   []*child // the last used is last, and used first: the others may go
	timer  *time.Timer
}

// Parse reads doc in a child. An error of the parser comes back as an error with its hint, beside
// what it had read; a child that had to be stopped is ErrKilled and is replaced; one that ended for no
// known reason costs a second attempt, which the next child makes. Several may be called at once; each waits for a place. A document that names no parser only has a child started,
// in the background: whoever waits for a server meanwhile need not wait for it afterwards.
func (p *Pool) Parse(ctx context.Context, doc Document) (Parsed, error) {
	p.once.Do(p.init)
	if doc.Parser == "" {
		p.ready()
		return Parsed{}, nil
	}
	if len(doc.Data)+len(doc.Args) > maxDocument {
		return Parsed{}, errKilled(fmt.Sprintf("it has more than %d MiB", maxDocument>>20))
	}
	if err := ctx.Err(); err != nil {
		return Parsed{}, err
	}
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return Parsed{}, ctx.Err()
	}
	defer func() { <-p.places }()
	got, rep, err := p.attempt(ctx, doc)
	var k killed
	if errors.As(err, &k) && k.chance {
		got, rep, err = p.attempt(ctx, doc)
	}
	if err != nil {
		return Parsed{}, err
	}
	if rep.Error != "" {
		return got, minutes.WithHint(errors.New(rep.Error), rep.Hint)
	}
	return got, nil
}

// attempt has one child read doc.
func (p *Pool) attempt(ctx context.Context, doc Document) (Parsed, reply, error) {
	c, err := p.take()
	if err != nil {
		return Parsed{}, reply{}, minutes.WithHint(fmt.Errorf("start a parser: %w", err), "this is a bug or a machine short of memory: try again, then report it")
	}
	got, rep, err := c.parse(ctx, doc, p.Deadline)
	if err != nil || c.doomed || rep.Retire || c.served >= p.Serves {
		c.stop()
	} else {
		p.put(c)
	}
	return got, rep, err
}

// ready starts one child, unless one is there: who needs more has them started as usual.
func (p *Pool) ready() {
	select {
	case p.places <- struct{}{}:
	default:
		return // they are at work
	}
	go func() {
		defer func() { <-p.places }()
		if c, err := p.take(); err == nil { // else the first document says why
			p.put(c)
		}
	}()
}

func (p *Pool) init() {
	if p.Size <= 0 {
		p.Size = cores()
	}
	if p.Deadline <= 0 {
		p.Deadline = 5 * time.Second
	}
	if p.Serves <= 0 {
		p.Serves = 5000
	}
	if p.Idle <= 0 {
		p.Idle = time.Minute
	}
	p.places = make(chan struct{}, p.Size)
}

// take is the child used last, or a new one. A child that died while idle is nobody's document's
// fault: it is passed over.
func (p *Pool) take() (*child, error) {
	for {
		p.mu.Lock()
		n := len(p.idle)
		if n == 0 {
			p.mu.Unlock()
			return start(p.exe)
		}
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		if c.alive() {
			return c, nil
		}
		c.stop()
	}
}

func (p *Pool) put(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
	if p.timer == nil {
		p.timer = time.AfterFunc(p.Idle, p.empty)
	} else {
		p.timer.Reset(p.Idle)
	}
}

// empty stops the children that are not at work.
func (p *Pool) empty() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	p.mu.Unlock()
	for _, c := range idle {
		c.stop()
	}
}

// Close waits for documents under way and ends the children. The pool may be used again.
func (p *Pool) Close() {
	p.once.Do(p.init)
	for range p.Size {
		p.places <- struct{}{}
	}
	p.empty()
	for range p.Size {
		<-p.places
	}
}
