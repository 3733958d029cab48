//go:build race

package pluginhost

// raceEnabled reports whether the race detector is there, which reserves more
// memory than any limit allows.
const raceEnabled = true
