package jail

import (
	"bufio"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/dailyminutes/minutes"
)

// env marks a child. Its value is the protocol's version, so that a binary replaced under a
// running program is noticed.
const env = "MINUTES_JAIL"

const version = "1"

// maxStack bounds a parser's recursion; past it the Go runtime ends the child.
const maxStack = 64 << 20

type reply struct {
	Parsed Parsed
	Error  string
	Hint   string
}

// Child serves documents on stdin and stdout, and never returns, if this process was started as a
// jail child; else it returns at once. main and every TestMain call it before anything else.
func Child(parsers map[string]Parser) {
	if os.Getenv(env) != version {
		return
	}
	debug.SetMaxStack(maxStack)
	if err := limit(); err != nil {
		fmt.Fprintln(os.Stderr, "jail: limits:", err)
	}
	if err := serve(os.Stdin, os.Stdout, parsers); err != nil && err != io.EOF {
		fmt.Fprintln(os.Stderr, "jail:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(r io.Reader, w io.Writer, parsers map[string]Parser) error {
	out := bufio.NewWriterSize(w, 256<<10)
	dec, enc := gob.NewDecoder(bufio.NewReaderSize(r, 256<<10)), gob.NewEncoder(out)
	for {
		var doc Document
		if err := dec.Decode(&doc); err != nil {
			return err
		}
		if err := enc.Encode(parse(doc, parsers)); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

func parse(doc Document, parsers map[string]Parser) (rep reply) {
	defer func() {
		if p := recover(); p != nil {
			rep = reply{Error: fmt.Sprintf("the parser gave up: %.120v", p)}
		}
	}()
	f := parsers[doc.Parser]
	if f == nil {
		return reply{Error: fmt.Sprintf("no parser named %q", doc.Parser)}
	}
	got, err := f(context.Background(), doc)
	if err != nil {
		return reply{Parsed: got, Error: err.Error(), Hint: minutes.Hint(err)}
	}
	return reply{Parsed: got}
}
