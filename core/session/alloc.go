package session

import (
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// An Allocator is a memory budget shared by the messages of a session. It lends
// memory by counting it, and refuses what would go over its limit. Safe for
// concurrent use.
type Allocator struct {
	limit int64 // bytes; immutable

	mu   sync.Mutex
	used int64 // guarded by mu
}

// NewAllocator returns a budget of limit bytes, which must be positive.
func NewAllocator(limit int64) *Allocator { return &Allocator{limit: limit} }

// Take lends n bytes or returns MAPI_E_NOT_ENOUGH_MEMORY.
func (a *Allocator) Take(n int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n < 0 || n > a.limit-a.used {
		return mapi.ErrNotEnoughMemory
	}
	a.used += n
	return nil
}

// Give takes n bytes back.
func (a *Allocator) Give(n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used -= n
}

// Used returns the bytes lent at the moment.
func (a *Allocator) Used() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.used
}
