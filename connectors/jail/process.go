package jail

import (
	"bufio"
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// greeting is how long a new child may take to say hello: a cold disk, a busy machine.
const greeting = 15 * time.Second

// child is one process and our ends of its pipes.
type child struct {
	cmd     *exec.Cmd
	in, out *os.File
	w       *bufio.Writer
	enc     *gob.Encoder
	ears    *listener
	words   *lastWords
	dead    chan struct{} // closed when it was waited for: no zombie stays
	served  int
	doomed  bool
}

// start makes a child and waits for its hello.
func start(exe string) (*child, error) {
	if os.Getenv(env) != "" {
		// A child whose main never called Child would start children of its own without end.
		return nil, errors.New("this program does not call jail.Child first thing in main (connectortest.Main in a test)")
	}
	if exe == "" {
		var err error
		if exe, err = executable(); err != nil {
			return nil, err
		}
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		_ = in.Close()
		_ = theirIn.Close()
		return nil, err
	}
	c := &child{in: in, out: out, words: &lastWords{}, dead: make(chan struct{})}
	c.cmd = &exec.Cmd{Path: exe, Args: []string{"minutes-jail"}, Dir: os.TempDir(), Stdin: theirIn, Stdout: theirOut, Stderr: c.words}
	// Nothing of the user's environment: a parser needs none of it. A child is short of garbage
	// worth collecting often, until it nears its limit.
	c.cmd.Env = []string{env + "=" + version, "GOGC=400", "GOMEMLIMIT=384MiB", "GOTRACEBACK=none"}
	detach(c.cmd)
	err = c.cmd.Start()
	_ = theirIn.Close() // or we would never see that it died
	_ = theirOut.Close()
	if err != nil {
		_ = in.Close()
		_ = out.Close()
		return nil, err
	}
	go func() {
		_ = c.cmd.Wait()
		close(c.dead)
	}()
	c.w = bufio.NewWriterSize(in, 256<<10)
	c.enc, c.ears = gob.NewEncoder(c.w), listen(out)
	var h hello
	err = c.within(context.Background(), greeting, func() error {
		_, err := c.ears.frame(&h, maxFrame)
		return err
	})
	if err != nil || h.Version != version {
		c.stop()
		return nil, fmt.Errorf("the child does not answer (%s)", c.words.reason(c.cmd.ProcessState).why)
	}
	return c, nil
}

// alive says whether it has not died while nobody looked.
func (c *child) alive() bool {
	select {
	case <-c.dead:
		return false
	default:
		return true
	}
}

var errDeadline = errors.New("deadline")

// within runs talk, and kills the child if it takes longer than d or ctx ends: that ends talk. No
// goroutine is spent on it, for it is done for every document.
func (c *child) within(ctx context.Context, d time.Duration, talk func() error) error {
	t := time.AfterFunc(d, c.kill)
	unhook := context.AfterFunc(ctx, c.kill)
	err := talk()
	late, ended := !t.Stop(), !unhook()
	c.doomed = late || ended // it answered in the last moment, and the kill is on its way
	switch {
	case err == nil:
		return nil
	case ended:
		return ctx.Err()
	case late:
		return errDeadline
	}
	return err
}

func (c *child) parse(ctx context.Context, doc Document, deadline time.Duration) (got Parsed, rep reply, err error) {
	c.served++
	err = c.within(ctx, patience*deadline, func() (err error) {
		if err = c.enc.Encode(request{uint64(c.served), doc.Parser, doc.Args, len(doc.Data), deadline}); err != nil {
			return err
		}
		if _, err = c.w.Write(doc.Data); err != nil {
			return err
		}
		if err = c.w.Flush(); err != nil {
			return err
		}
		got, rep, err = c.ears.receive(uint64(c.served))
		return err
	})
	c.doomed = c.doomed || c.ears.meter.r.Buffered() > 0 // it says more than it was asked
	switch {
	case err == nil:
		return got, rep, nil
	case errors.Is(err, errDeadline):
		return Parsed{}, reply{}, errKilled(fmt.Sprintf("it takes longer than %s", deadline))
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return Parsed{}, reply{}, err
	case errors.Is(err, errTooMuch):
		return Parsed{}, reply{}, errKilled("it becomes too large")
	case errors.Is(err, errStray):
		return Parsed{}, reply{}, errKilled("the parser answers out of turn")
	}
	var broken *fs.PathError // of a pipe
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &broken) {
		return Parsed{}, reply{}, errKilled("the parser's answer cannot be read")
	}
	c.stop() // and wait: its last words say why it died
	if c.cmd.ProcessState.ExitCode() == exitTime {
		return Parsed{}, reply{}, errKilled(fmt.Sprintf("it takes longer than %s", deadline))
	}
	return Parsed{}, reply{}, killing(c.words.reason(c.cmd.ProcessState))
}

// kill ends the process: it holds nothing worth a farewell. Our reads and writes end with it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.in.Close()
}

// stop kills it and waits until it is gone.
func (c *child) stop() {
	c.kill()
	<-c.dead
	_ = c.out.Close()
}

// lastWords keeps the beginning of what a child wrote on stderr: the runtime says there what it
// died of. None of it reaches the user's terminal, and none but the kind of it an error.
type lastWords struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lastWords) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.b.Write(p[:min(len(p), max(0, 2048-l.b.Len()))])
	return len(p), nil
}

func (l *lastWords) reason(st *os.ProcessState) killed {
	l.mu.Lock()
	defer l.mu.Unlock()
	said := func(s string) bool { return bytes.Contains(l.b.Bytes(), []byte(s)) }
	code := -1
	if st != nil {
		code = st.ExitCode()
	}
	_, fatal, _ := strings.Cut(l.b.String(), "fatal error: ")
	fatal, _, _ = strings.Cut(fatal, "\n")
	switch {
	case said("stack overflow") || said("stack exceeds"):
		return killed{why: "it nests too deeply"}
	case said("out of memory") || said("cannot allocate") || code == exitMemory:
		return killed{why: "it takes too much memory"}
	case code == exitVersion:
		return killed{why: "the program was replaced while it ran: start it again"}
	case said("panic:"):
		return killed{why: "the parser broke"}
	case fatal != "": // words of the Go runtime, none of the document's
		return killed{fmt.Sprintf("the parser broke (%.60s)", fatal), true}
	}
	return killed{fmt.Sprintf("the parser's process ended, %v", st), true}
}
