package session

import (
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A gate counts the operations inside an object, so that closing it can wait
// for them. Operations may nest: one that begins after the gate was shut fails
// instead of waiting.
type gate struct {
	mu     sync.Mutex
	inside int           // guarded by mu
	shut   bool          // guarded by mu
	empty  chan struct{} // guarded by mu; closed when the last one leaves a shut gate
}

// enter begins an operation, which ends with leave. It returns
// MAPI_E_INVALID_OBJECT when the gate is shut.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return mapi.ErrInvalidObject
	}
	g.inside++
	return nil
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// close shuts the gate and waits until everybody has left. It reports whether
// this call shut it.
func (g *gate) close() bool {
	g.mu.Lock()
	first := !g.shut
	g.shut = true
	if g.inside > 0 && g.empty == nil {
		g.empty = make(chan struct{})
	}
	empty := g.empty
	g.mu.Unlock()
	if empty != nil {
		<-empty
	}
	return first
}
