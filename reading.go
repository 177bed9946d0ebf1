package minutes

// A Reading is what a model made of one item that it saw by itself: closed fields, none of them
// trusted. Line and Evidence have been held against the item; what did not hold is not here.
type Reading struct {
	Item       string     `json:"item"`
	Line       Safe       `json:"line"` // one sentence; empty where none held
	Evidence   []Evidence `json:"evidence"`
	Kind       string     `json:"kind"` // ask, news, notice, offer or talk
	Asks       []Asked    `json:"asks,omitempty"`
	NeedsReply bool       `json:"needs_reply,omitempty"`
	Model      string     `json:"model"`
	Repaired   bool       `json:"repaired,omitempty"` // the first line did not hold
}

// Asked is one thing that the writer of an item wants. Due is the item's own words for when, or
// empty.
type Asked struct {
	Who  Safe `json:"who"`
	What Safe `json:"what"`
	Due  Safe `json:"due"`
}
