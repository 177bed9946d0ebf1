package when

// gathering reads "before the 3pm call", "before our meeting on Thursday", "before tomorrow's demo".
func (p *reader) gathering(i, k int, kind string) (d Deadline, next int, ok bool) {
	if kind != "before" && kind != "by" {
		return d, i, false
	}
	k = p.skip(k, "the", "our", "my", "your", "dem", "der", "la", "le")
	if m, n, yes := p.moment(k, true, true); yes && !m.past && !m.loose {
		if p.possessive(n) {
			n += 2
		}
		if e, yes := p.ofGathering(n); yes {
			return p.deadline(m, kind, i, e), e, true
		}
	}
	if e, yes := p.ofGathering(k); yes {
		e = p.skip(p.skip(e, "with"), "on", "at", "am", "um")
		if m, n, yes := p.moment(e, true, true); yes && !m.past && !p.possessive(n) {
			return p.deadline(m, kind, i, n), n, true
		}
	}
	return d, i, false
}

// ofGathering is the place after the name of a meeting at i: at most two words and the noun.
func (p *reader) ofGathering(i int) (int, bool) {
	for k := i; k < i+3 && p.t(k).kind == word && !p.t(k).glued; k++ {
		if gathering(p.t(k).low) {
			if p.is(k, "stand") && p.is(k+1, "-") {
				return k + 3, true
			}
			if gathering(p.t(k+1).low) && !p.t(k+1).glued {
				return k + 2, true
			}
			return k + 1, true
		}
		if _, day := weekday(p.t(k).low); day || follower(p.t(k).low) {
			return i, false
		}
	}
	return i, false
}
