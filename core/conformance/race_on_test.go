//go:build race

package conformance

// underRace is true when the race detector runs, which takes many times the memory.
const underRace = true
