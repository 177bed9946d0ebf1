// Package rag is the memory's sense of what belongs together. Merge makes one story of the items
// that tell it; Canonical gives an address the one form in which it can be compared.
package rag

import (
	"cmp"
	"slices"
	"time"

	"github.com/dailyminutes/minutes"
)

// apart is how far apart two tellings of one story may be published: after that, the same words
// are the next one.
const apart = 4 * 24 * time.Hour

// Merge puts near-duplicates together: one group a story, every item in exactly one. Only stories
// and articles merge; a mail, an event, a quote always stands alone. All members of a group are
// alike pair by pair, so no chain of small steps joins what differs. Items of different privacy
// never merge.
//
// The lead is the one published first (then by id), so it stays the same when others join. Groups
// come newest lead first. The result does not depend on the order of items.
func Merge(items []minutes.Item) []minutes.Group {
	items = inOrder(items)
	tellings := make([]*telling, len(items))
	for i := range items {
		if mergeable(items[i]) {
			tellings[i] = read(items[i])
		}
	}
	idx := index{common: commonWords(tellings)}
	var groups []minutes.Group
	member := map[int]int{} // of an item, its group
	var of [][]int          // of a group, its items
	for i := range items {
		g := -1
		if tellings[i] != nil {
			for _, j := range idx.candidates(tellings[i]) {
				if k := member[j]; (g < 0 || k < g) && allAlike(tellings, of[k], tellings[i]) {
					g = k
				}
			}
			idx.add(i, tellings[i])
		}
		if g < 0 {
			g = len(groups)
			groups = append(groups, minutes.Group{Lead: items[i]})
			of = append(of, nil)
		} else {
			groups[g].Also = append(groups[g].Also, items[i])
		}
		member[i] = g
		of[g] = append(of[g], i)
	}
	slices.SortStableFunc(groups, func(a, b minutes.Group) int {
		return cmp.Or(b.Lead.At.Compare(a.Lead.At), cmp.Compare(a.Lead.ID, b.Lead.ID))
	})
	return groups
}

// inOrder sorts a copy: the earliest first, then by id. Of items with the same id one is left.
func inOrder(items []minutes.Item) []minutes.Item {
	out := slices.Clone(items)
	slices.SortStableFunc(out, func(a, b minutes.Item) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Source, b.Source),
			cmp.Compare(a.Title.String(), b.Title.String()))
	})
	seen := make(map[string]bool, len(out))
	return slices.DeleteFunc(out, func(it minutes.Item) bool {
		again := seen[it.ID]
		seen[it.ID] = true
		return again
	})
}

func mergeable(it minutes.Item) bool {
	return it.Kind == minutes.KindStory || it.Kind == minutes.KindArticle
}

func allAlike(all []*telling, group []int, t *telling) bool {
	for _, j := range group {
		if all[j] == nil || !alike(all[j], t) {
			return false
		}
	}
	return true
}

// A word is common that stands in this many titles and in more than a twentieth of all: it leads
// from everything to everything, and two titles that share nothing rarer tell no one story.
const commonAt = 50

func commonWords(all []*telling) map[string]bool {
	in := map[string]int{}
	n := 0
	for _, t := range all {
		if t != nil {
			n++
			for _, w := range t.title.sorted {
				in[w]++
			}
		}
	}
	common := map[string]bool{}
	for w, k := range in {
		if k > commonAt && k > n/20 {
			common[w] = true
		}
	}
	return common
}

// An index finds the earlier tellings that one may be like: those that share an address or enough
// words of the title.
type index struct {
	common map[string]bool
	urls   map[string][]int
	words  map[string][]int
	count  []uint16 // of an item, how many words are shared; zero between calls
}

func (x *index) add(i int, t *telling) {
	if x.urls == nil {
		x.urls, x.words = map[string][]int{}, map[string][]int{}
	}
	for _, u := range t.urls {
		x.urls[u] = append(x.urls[u], i)
	}
	for _, w := range t.title.sorted {
		if !x.common[w] {
			x.words[w] = append(x.words[w], i)
		}
	}
	x.count = append(x.count, make([]uint16, i+1-len(x.count))...)
}

// candidates are the items to compare with, in no order.
func (x *index) candidates(t *telling) []int {
	var out, touched []int
	hit := func(items []int, weight uint16) {
		for _, i := range items {
			if x.count[i] == 0 {
				touched = append(touched, i)
			}
			if x.count[i] < fewShared && x.count[i]+weight >= fewShared {
				out = append(out, i)
			}
			x.count[i] += weight
		}
	}
	for _, u := range t.urls {
		hit(x.urls[u], fewShared)
	}
	for _, w := range t.title.sorted {
		hit(x.words[w], 1)
	}
	for _, i := range touched {
		x.count[i] = 0
	}
	return out
}
