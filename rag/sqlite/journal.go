package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
)

// journalPath is minutes.journal beside minutes.db: the judgements once more, as JSON lines. It is
// the one thing that no fetch can bring back, and a text file outlives a damaged database.
func (d *DB) journalPath() string { return journalOf(d.path) }

func journalOf(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".journal" }

// A journal is the open file, locked: over all processes there is one that may append. The lock is
// taken before the database's write lock, never after it.
type journal struct {
	f    *os.File
	now  func() time.Time
	size int64 // before the last append; -1: nothing was appended
}

// journalPoll is how often a locked journal is looked at again. It is held for a few milliseconds.
const (
	journalPoll = 2 * time.Millisecond
	journalWait = 10 * time.Second
)

// openJournal opens and locks the journal, making it where there is none.
func (d *DB) openJournal(ctx context.Context) (*journal, error) {
	path := d.journalPath()
	for {
		l, err := lockJournal(ctx, path)
		if err != nil {
			return nil, err
		}
		l.now = d.now
		here, err := os.Stat(path)
		mineNow, err2 := l.f.Stat()
		if err == nil && err2 == nil && os.SameFile(here, mineNow) {
			return l, nil
		}
		_ = l.Close() // written anew while we waited
	}
}

func lockJournal(ctx context.Context, path string) (*journal, error) {
	f, err := openOwn(path)
	if err != nil {
		return nil, err
	}
	limit := time.NewTimer(journalWait)
	defer limit.Stop()
	for err == nil {
		var ok bool
		if ok, err = tryLock(f); ok {
			return &journal{f: f, size: -1}, nil
		}
		if err != nil {
			break
		}
		select {
		case <-time.After(journalPoll):
		case <-limit.C:
			err = fmt.Errorf("the journal is %w", ErrBusy)
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	_ = f.Close()
	return nil, err
}

// Close closes the file.
func (l *journal) Close() error { return l.f.Close() }

// tailSize holds the longest line that append writes, many times over.
const tailSize = 1 << 16

// last is the number of the last line, 0 where there is none. torn says that something follows it
// that is no whole line; ErrDamaged, that the end is not of our making.
func (l *journal) last() (id int64, torn bool, err error) {
	st, err := l.f.Stat()
	if err != nil || st.Size() == 0 {
		return 0, false, err
	}
	id, cut, err := lastLine(l.f, st.Size())
	return id, cut > 0, err
}

// peekJournal is last without a lock and without a change; torn says that there is half a line. No
// file is an empty one.
func peekJournal(path string) (id int64, torn bool, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noWait, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil || st.Size() == 0 {
		return 0, false, err
	}
	id, cut, err := lastLine(f, st.Size())
	return id, cut > 0, err
}

// lastLine reads the number of the last whole line of a file of that size, and how many bytes of
// an unfinished one follow it.
func lastLine(r io.ReaderAt, size int64) (id int64, torn int64, err error) {
	from := max(size-tailSize, 0)
	b := make([]byte, size-from)
	if _, err := r.ReadAt(b, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, err
	}
	end := bytes.LastIndexByte(b, '\n') + 1
	torn = int64(len(b) - end)
	if end == 0 {
		if from > 0 {
			return 0, 0, errors.New("the journal holds a line that is too long")
		}
		return 0, torn, nil
	}
	j, err := unseal(b[bytes.LastIndexByte(b[:end-1], '\n')+1 : end-1])
	if err != nil {
		return 0, 0, fmt.Errorf("the last line of the journal is not a judgement: %w", ErrDamaged)
	}
	return j.ID, torn, nil
}

// append writes lines and has them on disk when it returns. Half a line at the end was never
// acknowledged and is cut off.
func (l *journal) append(js ...minutes.Judgement) error {
	text, err := sealAll(js)
	if err != nil {
		return err
	}
	size, err := l.f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size > 0 {
		_, torn, err := lastLine(l.f, size)
		if err != nil {
			return err
		}
		if torn > 0 {
			size -= torn
			if err := errors.Join(l.f.Truncate(size), seekTo(l.f, size)); err != nil {
				return err
			}
		}
	}
	l.size = size
	if _, err := l.f.Write(text); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if err := l.f.Sync(); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if size == 0 {
		return syncDir(filepath.Dir(l.f.Name()))
	}
	return nil
}

func seekTo(f *os.File, at int64) error {
	_, err := f.Seek(at, io.SeekStart)
	return err
}

// takeBack undoes the last append.
func (l *journal) takeBack() error {
	if l.size < 0 {
		return nil
	}
	if err := l.f.Truncate(l.size); err != nil {
		return err
	}
	return l.f.Sync()
}

// read is every line that is whole and sound; see readJournal.
func (l *journal) read() (written, error) {
	if err := seekTo(l.f, 0); err != nil {
		return written{}, err
	}
	return readJournal(l.f)
}

// written is what a journal holds.
type written struct {
	lines []minutes.Judgement // the sound ones, each number once, in order
	bad   int                 // lines that are not of our making
	tail  int                 // of those, the ones that no sound line follows
	end   int64               // where the last sound line ends
}

// last is the number of the last sound line.
func (w written) last() int64 {
	if len(w.lines) == 0 {
		return 0
	}
	return w.lines[len(w.lines)-1].ID
}

// readJournal reads all lines. What follows the last newline was never finished and is nothing.
func readJournal(r io.Reader) (written, error) {
	var w written
	br := bufio.NewReader(r)
	for at := int64(0); ; {
		line, err := br.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return w, nil
		}
		if err != nil {
			return w, err
		}
		at += int64(len(line))
		j, err := unseal(line[:len(line)-1])
		if err != nil || j.ID <= w.last() {
			w.bad++
			w.tail++
			continue
		}
		w.lines, w.tail, w.end = append(w.lines, j), 0, at
	}
}

// rewrite makes this the journal of these lines; what it held is kept beside it. The database has
// them all already: a journal that is cut short here is written again.
func (l *journal) rewrite(js []minutes.Judgement) error {
	path := l.f.Name()
	if err := copyFile(path, asideOf(path, "damaged", l.now())); err != nil && minutes.Hint(err) == "" { // a hint: it was kept this very moment
		return err
	}
	if err := errors.Join(l.f.Truncate(0), seekTo(l.f, 0)); err != nil {
		return err
	}
	return l.append(js...)
}
