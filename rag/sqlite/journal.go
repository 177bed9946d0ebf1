package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
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
	size int64 // before the last append; -1: nothing was appended
}

// journalPoll is how often a locked journal is looked at again. It is held for a few milliseconds.
const (
	journalPoll = 2 * time.Millisecond
	journalWait = 10 * time.Second
)

// openJournal opens and locks the journal, making it where there is none. One whose end is not of
// our making is moved aside; the database's judgements make a new one.
func (d *DB) openJournal(ctx context.Context) (*journal, error) {
	path := d.journalPath()
	for {
		l, err := lockJournal(ctx, path)
		if err != nil {
			return nil, err
		}
		here, err := os.Stat(path)
		mineNow, err2 := l.f.Stat()
		if err != nil || err2 != nil || !os.SameFile(here, mineNow) {
			_ = l.Close() // moved aside while we waited
			continue
		}
		_, err = l.last()
		if !errors.Is(err, ErrDamaged) {
			if err != nil {
				_ = l.Close()
				return nil, err
			}
			return l, nil
		}
		err = os.Rename(path, asideOf(path, "damaged", d.now()))
		_ = l.Close()
		if err != nil {
			return nil, err
		}
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

// last is the number of the last whole line, 0 where there is none. Half a line at the end was
// never acknowledged and is cut off.
func (l *journal) last() (int64, error) {
	end, err := l.f.Seek(0, io.SeekEnd)
	if err != nil || end == 0 {
		return 0, err
	}
	id, torn, err := lastLine(l.f, end)
	if err != nil || torn == 0 {
		return id, err
	}
	return id, l.f.Truncate(end - torn)
}

// peekJournal is last without a lock and without a change; torn says that there is half a line. No
// file is an empty one.
func peekJournal(path string) (id int64, torn bool, err error) {
	f, err := os.Open(path)
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
	line := b[bytes.LastIndexByte(b[:end-1], '\n')+1 : end]
	var j struct {
		ID int64 `json:"id"`
	}
	if err := json.Unmarshal(line, &j); err != nil || j.ID <= 0 {
		return 0, 0, fmt.Errorf("the last line of the journal is not a judgement: %w", ErrDamaged)
	}
	return j.ID, torn, nil
}

// append writes lines and has them on disk when it returns.
func (l *journal) append(js ...minutes.Judgement) error {
	var b bytes.Buffer
	for _, j := range js {
		line, err := json.Marshal(j)
		if err != nil {
			return err
		}
		if len(line) >= tailSize {
			return errors.New("a judgement is too long to keep")
		}
		b.Write(append(line, '\n'))
	}
	if _, err := l.last(); err != nil {
		return err
	}
	size, err := l.f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	l.size = size
	if _, err := l.f.Write(b.Bytes()); err != nil {
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

// takeBack undoes the last append.
func (l *journal) takeBack() error {
	if l.size < 0 {
		return nil
	}
	return errors.Join(l.f.Truncate(l.size), l.f.Sync())
}

// read is every whole line. A line that is no judgement is an error that names it.
func (l *journal) read() ([]minutes.Judgement, error) {
	if _, err := l.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return readJournal(l.f)
}

func readJournal(r io.Reader) ([]minutes.Judgement, error) {
	var out []minutes.Judgement
	br := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := br.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return out, nil // what follows the last newline was never finished
		}
		if err != nil {
			return nil, err
		}
		var j minutes.Judgement
		if err := json.Unmarshal(line, &j); err != nil || j.ID <= 0 {
			return nil, fmt.Errorf("line %d of the journal is not a judgement: %w", n, ErrDamaged)
		}
		out = append(out, j)
	}
}
