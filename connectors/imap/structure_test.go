package imap

import "testing"

// A mail that goes out as filename*=utf-8” comes back so in Dovecot's BODYSTRUCTURE, and was an
// unnamed file.
func TestNamesAreReadAsRFC2231WritesThem(t *testing.T) {
	for want, ps := range map[string]params{
		"Entwurf für Sam.pdf": {{"FILENAME*", "utf-8''Entwurf%20f%C3%BCr%20Sam.pdf"}},
		"a long name.pdf":     {{"filename*1", "name.pdf"}, {"filename*0*", "iso-8859-1''a%20long%20"}},
		"plain.pdf":           {{"Filename", "plain.pdf"}, {"size", "3"}},
		"better.pdf":          {{"filename*", "utf-8''better.pdf"}, {"filename", "fallback.pdf"}},
	} {
		if got := ps.get("filename"); got != want {
			t.Errorf("%v: %q, want %q", ps, got, want)
		}
		if got := ps.table()["filename"]; got != want {
			t.Errorf("%v: %q in the table, want %q", ps, got, want)
		}
	}
	if got := (params{{"FILENAMES", "no"}}).get("filename"); got != "" {
		t.Errorf("got %q", got)
	}
}
