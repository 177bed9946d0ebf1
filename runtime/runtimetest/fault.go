package runtimetest

// A Fault is one way in which a server of models was seen to fail.
type Fault string

// The faults. Those up to Busy come in place of an answer, those after it spoil one.
const (
	None         Fault = ""
	Hang         Fault = "hangs before its headers"
	Silent       Fault = "sends headers and then nothing"
	Drop         Fault = "closes the connection at once"
	Moved        Fault = "redirects to another host"
	Page         Fault = "sends a web page" // a captive portal
	Unauthorized Fault = "401"
	Forbidden    Fault = "403"
	Missing      Fault = "404: no such model"
	NoSuchPath   Fault = "404: no such path"
	Overflow     Fault = "400: the prompt is too long"
	Rejected     Fault = "400: something else"
	TooMany      Fault = "429"
	Quota        Fault = "429: the money is used up"
	Broken       Fault = "500"
	Gateway      Fault = "502 with a page of a proxy"
	Busy         Fault = "503"

	Stall     Fault = "stands still in mid-stream"
	Cut       Fault = "breaks the connection in mid-stream"
	NoEnd     Fault = "ends cleanly in mid-stream"
	Malformed Fault = "sends broken JSON in mid-stream"
	ErrorLine Fault = "sends an error in mid-stream"
	LongLine  Fault = "sends a line of 5 MiB"
	Endless   Fault = "does not stop"
	Length    Fault = "stops at the limit"
	Filtered  Fault = "stops at its filter"
	FullCut   Fault = "reads as much of the prompt as its window holds, and says nothing"
	HalfCut   Fault = "reads half a window of the prompt, and says nothing"
	Elsewhere Fault = "lets another host answer"
	Empty     Fault = "says nothing at all"
	OffSchema Fault = "answers with JSON off the schema"
	Prose     Fault = "answers with prose where a schema was asked for"
	Spaces    Fault = "writes white space without end"
	Repeats   Fault = "says the same without end"
)

// Faults are all of them.
func Faults() []Fault {
	return []Fault{Hang, Silent, Drop, Moved, Page, Unauthorized, Forbidden, Missing, NoSuchPath, Overflow, Rejected, TooMany, Quota, Broken,
		Gateway, Busy, Stall, Cut, NoEnd, Malformed, ErrorLine, LongLine, Endless, Length, Filtered, FullCut, HalfCut, Elsewhere, Empty, OffSchema,
		Prose, Spaces, Repeats}
}

// waits says that the server sends nothing more until the client goes.
func (f Fault) waits() bool { return f == Hang || f == Silent || f == Stall }

// endless says that the server writes until the client goes.
func (f Fault) endless() bool { return f == Endless || f == Spaces || f == Repeats }

// status is of a fault that comes in place of an answer, or 0.
func (f Fault) status() int {
	return map[Fault]int{Unauthorized: 401, Forbidden: 403, Missing: 404, NoSuchPath: 404, Overflow: 400, Rejected: 400, TooMany: 429,
		Quota: 429, Broken: 500, Gateway: 502, Busy: 503}[f]
}
