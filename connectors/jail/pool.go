package jail

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/dailyminutes/minutes"
)

// A Pool owns the children. The zero value works: one child per core, started when first needed.
// Close ends them.
type Pool struct {
	Size     int           // children; 0 means one per core
	Deadline time.Duration // a document; 0 means 5 s
	Serves   int           // documents before a child is replaced; 0 means 5,000

	once sync.Once
	idle chan *child // Size tokens; a nil child is a place where none was started yet
}

type child struct {
	cmd    *exec.Cmd
	in     *bufio.Writer
	pipe   io.Closer
	enc    *gob.Encoder
	dec    *gob.Decoder
	served int
}

// Parse reads doc in a child. An error of the parser comes back as an error; a child that had to
// be stopped is ErrKilled and is replaced. Several may be called at once; each waits for a child.
func (p *Pool) Parse(ctx context.Context, doc Document) (Parsed, error) {
	p.once.Do(p.init)
	var c *child
	select {
	case c = <-p.idle:
	case <-ctx.Done():
		return Parsed{}, ctx.Err()
	}
	if c == nil {
		var err error
		if c, err = start(); err != nil {
			p.idle <- nil
			return Parsed{}, fmt.Errorf("jail: start: %w", err)
		}
	}
	rep, err := c.parse(ctx, doc, p.Deadline)
	if c.served++; err != nil || c.served >= p.Serves {
		c.stop()
		c = nil
	}
	p.idle <- c
	if err != nil {
		return Parsed{}, err
	}
	if rep.Error != "" {
		return rep.Parsed, minutes.WithHint(errors.New(rep.Error), rep.Hint)
	}
	return rep.Parsed, nil
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
	p.idle = make(chan *child, p.Size)
	for range p.Size {
		p.idle <- nil
	}
}

// Close waits for documents under way and ends the children. The pool may be used again.
func (p *Pool) Close() {
	p.once.Do(p.init)
	for range p.Size {
		if c := <-p.idle; c != nil {
			c.stop()
		}
	}
	for range p.Size {
		p.idle <- nil
	}
}

func start() (*child, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe)
	// The environment is empty but for the mark and the collector's setting: a parser needs
	// nothing of the user's, and children are short of garbage worth collecting often.
	cmd.Env = []string{env + "=" + version, "GOGC=400", "GOTRACEBACK=none"}
	cmd.Dir = os.TempDir()
	detach(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(in, 256<<10)
	return &child{cmd: cmd, in: w, pipe: in, enc: gob.NewEncoder(w), dec: gob.NewDecoder(bufio.NewReaderSize(out, 256<<10))}, nil
}

func (c *child) parse(ctx context.Context, doc Document, deadline time.Duration) (reply, error) {
	var rep reply
	done := make(chan error, 1)
	go func() {
		err := c.enc.Encode(doc)
		if err == nil {
			err = c.in.Flush()
		}
		if err == nil {
			err = c.dec.Decode(&rep)
		}
		done <- err
	}()
	t := time.NewTimer(deadline)
	defer t.Stop()
	var why error
	select {
	case err := <-done:
		if err == nil {
			return rep, nil
		}
		return reply{}, ErrKilled // the child died of the document: stack, memory or CPU
	case <-t.C:
		why = ErrKilled
	case <-ctx.Done():
		why = ctx.Err()
	}
	_ = c.cmd.Process.Kill()
	<-done
	return reply{}, why
}

func (c *child) stop() {
	_ = c.pipe.Close()
	_ = c.cmd.Process.Kill() // it holds nothing worth a farewell
	_ = c.cmd.Wait()
}
