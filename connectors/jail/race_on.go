//go:build race

package jail

// race says that the detector's shadow memory would count against RLIMIT_DATA.
const race = true
