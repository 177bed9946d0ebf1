package minutes

import "time"

// Deadlines are how long a source may take, step by step and as a whole. The outer one always wins:
// retries and their pauses live inside Source. The zero value of a field means the rule.
type Deadlines struct {
	Connect time.Duration // a name looked up and a connection made: 5 s
	TLS     time.Duration // the handshake: 10 s
	Headers time.Duration // from the question until the answer begins: 20 s
	Idle    time.Duration // without a byte once it has begun: 15 s
	Source  time.Duration // all of one source: 30 s
	Pause   time.Duration // before the second try, twice as long before the third: 1 s
}

// Filled is d with the rule in every field that is zero.
func (d Deadlines) Filled() Deadlines {
	for at, rule := range map[*time.Duration]time.Duration{&d.Connect: 5 * time.Second, &d.TLS: 10 * time.Second, &d.Headers: 20 * time.Second,
		&d.Idle: 15 * time.Second, &d.Source: 30 * time.Second, &d.Pause: time.Second} {
		if *at <= 0 {
			*at = rule
		}
	}
	return d
}
