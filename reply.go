package minutes

// A Reply is the answer to a question, as `ask --json` prints it: minutes.answer/v1. One that abstains has
// no claims, and says what was looked for.
type Reply struct {
	Schema    string   `json:"schema"`
	Question  Safe     `json:"question"`
	Answer    []Claim  `json:"answer"`
	Abstained bool     `json:"abstained"`
	LookedFor []Safe   `json:"looked_for,omitempty"`
	Engine    Composer `json:"engine"`
	Usage     Usage    `json:"usage"`
	Trace     []Step   `json:"trace,omitempty"`
}
