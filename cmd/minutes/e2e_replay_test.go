package main

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A disk is what of a trace would be left after a power cut. Nothing is certain before a sync has
// returned: of the writes to a file since, each of their sectors may be there or not; of the names in a
// folder, each may be new or as before.
type disk struct {
	names   map[string]*file     // as the programs see them
	durable map[string]*file     // as they are after a sync of their folder
	pending map[string][]renamed // by folder
	n       int                  // events so far
}

// A file is a file or a folder.
type file struct {
	dir     bool
	durable []byte
	size    int64 // as the programs see it
	pending []patch
}

// A patch is a write, or a truncation where cut is set.
type patch struct {
	done int
	off  int64
	data []byte
	cut  bool
}

// A renamed is one step in a folder: the names that it gives, all or none; nil takes a name away.
type renamed struct {
	done  int
	names map[string]*file
}

// sector is the least that is written whole.
const sector = 512

func newDisk(root string) *disk {
	f := &file{dir: true}
	return &disk{names: map[string]*file{root: f}, durable: map[string]*file{root: f}, pending: map[string][]renamed{}}
}

// do takes one event.
func (d *disk) do(t testing.TB, e event, base int) {
	t.Helper()
	d.n++
	f := d.names[e.path]
	switch e.op {
	case "create", "mkdir":
		if f == nil {
			d.step(e.path, map[string]*file{e.path: {dir: e.op == "mkdir"}})
		}
	case "rename":
		d.step(e.path, map[string]*file{e.path: nil, e.to: f})
	case "unlink":
		d.step(e.path, map[string]*file{e.path: nil})
	case "sync":
		if f == nil {
			t.Fatalf("%s is synced and was never made", e.path)
		}
		if f.dir {
			d.syncFolder(e.path, base+e.began)
		}
		f.sync(base + e.began)
	case "append", "write", "truncate":
		if f == nil {
			t.Fatalf("%s is written and was never made", e.path)
		}
		if e.op == "append" {
			e.off = f.size // the journal is always written at its end
		}
		f.change(patch{d.n, e.off, e.data, e.op == "truncate"})
	}
}

func (d *disk) step(path string, names map[string]*file) {
	for name, f := range names {
		if f == nil {
			delete(d.names, name)
		} else {
			d.names[name] = f
		}
	}
	dir := filepath.Dir(path)
	d.pending[dir] = append(d.pending[dir], renamed{d.n, names})
}

func (d *disk) syncFolder(dir string, before int) {
	var rest []renamed
	for _, r := range d.pending[dir] {
		if r.done > before {
			rest = append(rest, r)
			continue
		}
		apply(d.durable, r)
	}
	d.pending[dir] = rest
}

func apply(names map[string]*file, r renamed) {
	for name, f := range r.names {
		if f == nil {
			delete(names, name)
		} else {
			names[name] = f
		}
	}
}

func (f *file) change(c patch) {
	f.pending = append(f.pending, c)
	if c.cut {
		f.size = c.off
		return
	}
	f.size = max(f.size, c.off+int64(len(c.data)))
}

// sync makes durable what had returned before the call.
func (f *file) sync(before int) {
	var rest []patch
	for _, c := range f.pending {
		if c.done > before {
			rest = append(rest, c)
			continue
		}
		f.durable = c.to(f.durable, nil)
	}
	f.pending = rest
}

// to does the change on b, the sectors that keep chooses; nil is all.
func (c patch) to(b []byte, keep func() bool) []byte {
	if c.cut {
		if keep != nil && !keep() {
			return b
		}
		return fit(b, c.off)
	}
	for off := c.off; off < c.off+int64(len(c.data)); {
		end := min((off/sector+1)*sector, c.off+int64(len(c.data)))
		if keep == nil || keep() {
			if end > int64(len(b)) {
				b = fit(b, end)
			}
			copy(b[off:end], c.data[off-c.off:end-c.off])
		}
		off = end
	}
	return b
}

// fit makes b of a size; what it gains is zeros.
func fit(b []byte, size int64) []byte {
	if int64(len(b)) >= size {
		return b[:size:size]
	}
	return append(b[:len(b):len(b)], make([]byte, size-int64(len(b)))...)
}

// A loss is how unsynced changes are chosen.
type loss int

const (
	allLost loss = iota // whatever was not synced
	noneLost
	newestLost  // from a moment on
	someLost    // any of the writes, whole
	sectorsLost // any of the sectors: torn, and out of order
	losses
)

// after writes a state that a power cut may leave now into dir, in the place of root.
func (d *disk) after(t testing.TB, rnd *rand.Rand, how loss, root, dir string) {
	t.Helper()
	until := d.n
	if how == newestLost {
		until = rnd.IntN(d.n + 1)
	}
	names := maps.Clone(d.durable)
	for _, folder := range slices.Sorted(maps.Keys(d.pending)) {
		for _, r := range d.pending[folder] {
			if how == noneLost || how == newestLost && r.done <= until || how > newestLost && rnd.IntN(2) == 0 {
				apply(names, r)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		f := names[name]
		rel, err := filepath.Rel(root, name)
		if err != nil {
			t.Fatal(err)
		}
		if p := names[filepath.Dir(name)]; name != root && (p == nil || !p.dir) {
			continue // its folder is not there
		}
		to := filepath.Join(dir, rel)
		if f.dir {
			err = os.MkdirAll(to, 0o700)
		} else {
			err = os.WriteFile(to, f.left(rnd, how, until), 0o600)
		}
		if err != nil && !os.IsNotExist(err) { // the folder above was lost
			t.Fatal(err)
		}
	}
}

// left is the content of a file after a loss.
func (f *file) left(rnd *rand.Rand, how loss, until int) []byte {
	b := bytes.Clone(f.durable)
	for _, c := range f.pending {
		switch how {
		case noneLost:
			b = c.to(b, nil)
		case newestLost:
			if c.done <= until {
				b = c.to(b, nil)
			}
		case someLost:
			if rnd.IntN(2) == 0 {
				b = c.to(b, nil)
			}
		case sectorsLost:
			b = c.to(b, func() bool { return rnd.IntN(3) > 0 })
		}
	}
	return b
}
