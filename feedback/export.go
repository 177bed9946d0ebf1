package feedback

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/dailyminutes/minutes"
)

// Schema is the name of one exported line's form.
const Schema = "minutes.judgement/v1"

type line struct {
	Schema string `json:"schema"`
	minutes.Judgement
}

// WriteJSONL writes the whole log, undone judgements and undos too, one JSON object a line: what
// was said and taken back is all there to be replayed. Titles of private items are among it.
func WriteJSONL(w io.Writer, log []minutes.Judgement) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, j := range log {
		if err := enc.Encode(line{Schema, j}); err != nil {
			return fmt.Errorf("feedback export: %w", err)
		}
	}
	return nil
}

// Export writes the log in a format: jsonl. Pairs for preference training (dpo) are made of briefs
// and what was preferred in them, which the log alone does not hold; asking for them is an error
// that says so.
func Export(w io.Writer, log []minutes.Judgement, format string) error {
	switch format {
	case "jsonl":
		return WriteJSONL(w, log)
	case "dpo":
		return minutes.WithHint(errors.New("feedback export: dpo pairs are made from briefs, which this version does not pair yet"),
			"export the judgements: minutes feedback export --format jsonl")
	}
	return minutes.WithHint(fmt.Errorf("feedback export: no such format %q", format), "use --format jsonl")
}
