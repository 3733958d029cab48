// Package core is the host: storage, sessions, plugin processes and the batch.
// It holds no code of its own, only the test of who may import whom.
package core
