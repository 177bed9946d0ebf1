package jail

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/dailyminutes/minutes"
)

// env marks a child. Its value is the protocol's version, so that a binary replaced under a
// running program is noticed.
const env = "MINUTES_JAIL"

const version = "5"

// maxStack bounds a parser's recursion; past it the Go runtime ends the child.
const maxStack = 64 << 20

const (
	// maxMemory bounds what a child holds: by RLIMIT_DATA where that works, and by the watch.
	maxMemory = 512 << 20
	// orphaned is when a busy child ends itself. The pool's deadline is far shorter; this is for a
	// parent that was killed and cannot keep it.
	orphaned = 2 * time.Minute
	// watching is how often a busy child looks at itself.
	watching = 25 * time.Millisecond
)

// The exit codes that say why a child ended itself. Go's own fatal errors exit with 2.
const (
	exitVersion = 40 + iota
	exitMemory
	exitOrphan
	exitFrames
	exitTime
)

// Child serves documents on stdin and stdout, and never returns, if this process was started as a
// jail child; else it returns at once. main and every TestMain call it before anything else: in a
// program that does not, Parse fails and says so.
func Child(parsers map[string]Parser) {
	switch os.Getenv(env) {
	case "":
		return
	case version:
	default: // started by an older or newer self; running on as the whole program would be worse
		os.Exit(exitVersion)
	}
	debug.SetMaxStack(maxStack)
	if err := limit(); err != nil {
		fmt.Fprintln(os.Stderr, "jail: limits:", err)
	}
	in, out := os.Stdin, os.Stdout
	os.Stdout = os.Stderr // a library that prints must not print into the frames
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	if err := serve(in, out, parsers); !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, "jail:", err)
		os.Exit(exitFrames)
	}
	os.Exit(0)
}

// serve answers documents until the parent is gone: io.EOF.
func serve(r io.Reader, w io.Writer, parsers map[string]Parser) error {
	out := bufio.NewWriterSize(w, 256<<10)
	in := bufio.NewReaderSize(r, 256<<10)
	dec, enc := gob.NewDecoder(in), gob.NewEncoder(out)
	if err := enc.Encode(hello{version}); err != nil {
		return err
	}
	var room []byte // for documents one after another: what is made of one holds copies
	for {
		if err := out.Flush(); err != nil {
			return err
		}
		var req request
		if err := dec.Decode(&req); err != nil {
			return err
		}
		if cap(room) < req.Size || cap(room) > 1<<20 {
			room = make([]byte, min(max(req.Size, 64<<10), maxDocument))
		}
		doc := Document{Parser: req.Parser, Args: req.Args, Data: room[:min(max(req.Size, 0), cap(room))]}
		if _, err := io.ReadFull(in, doc.Data); err != nil {
			return err
		}
		stop := watch(req.Limit)
		got, rep := parse(doc, parsers)
		// Looked at only after documents that can have made it grow: it costs as much as a small parse.
		rep.Retire = len(doc.Data) > 256<<10 && memory() > maxMemory/2
		err := send(enc, req.Number, got, rep)
		stop()
		if err != nil {
			return err
		}
	}
}

// watch ends the process from within if a document takes too much: memory where RLIMIT_DATA does nothing
// (macOS, Windows), work of the processor beyond limit, time when the parent is gone. Work, not time: on
// a machine that is busy with other things, a document is no more hostile than on a quiet one.
func watch(limit time.Duration) (stop func() bool) {
	var t *time.Timer
	ticks, before, made := 0, work(), make(chan struct{})
	t = time.AfterFunc(watching, func() {
		<-made // on a busy machine it may be due before there is a t
		if memory() > maxMemory {
			os.Exit(exitMemory)
		}
		if limit > 0 && work()-before > limit {
			os.Exit(exitTime)
		}
		if ticks++; ticks > int(orphaned/watching) {
			os.Exit(exitOrphan)
		}
		t.Reset(watching)
	})
	close(made)
	return t.Stop
}

// memory is what the Go runtime holds, less what it gave back.
func memory() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() - s[1].Value.Uint64()
}

func parse(doc Document, parsers map[string]Parser) (got Parsed, rep reply) {
	defer func() {
		if p := recover(); p != nil {
			got, rep = Parsed{}, reply{Error: fmt.Sprintf("the parser gave up: %.120v", p), Hint: "the document is damaged, or this is a bug: report it with the document"}
		}
	}()
	f := parsers[doc.Parser]
	if f == nil {
		return Parsed{}, reply{Error: fmt.Sprintf("no parser named %q", doc.Parser), Hint: "this is a bug: report it"}
	}
	got, err := f(context.Background(), doc)
	if err != nil {
		return got, reply{Error: err.Error(), Hint: minutes.Hint(err)}
	}
	return got, reply{}
}
