//go:build !unix

package store

// ProcessAlive cannot tell on this system, and says yes.
func ProcessAlive(int) bool { return true }
