package openai

// manner is what a service wants done differently, by its host: so that the config needs no more than its
// address, a model and a key. It was read in the services' documents in November 2026 and is checked
// against recorded answers, not against the services.
func manner(host string) (limit string, schema Schema, fields map[string]any) {
	switch host {
	case "api.openai.com": // its models that think refuse the older name and any temperature but their own
		return "max_completion_tokens", ResponseFormat, map[string]any{"temperature": nil, "seed": nil}
	case "api.anthropic.com": // it takes no schema and no seed
		return "max_tokens", NoSchema, map[string]any{"seed": nil}
	case "generativelanguage.googleapis.com":
		return "max_tokens", ResponseFormat, map[string]any{"seed": nil}
	}
	return "max_tokens", ResponseFormat, nil
}
