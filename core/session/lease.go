package session

import (
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// A Lease is the set of handles that one job of one plugin process holds. A
// handle is worthless in any other lease. Safe for concurrent use.
type Lease struct {
	session *Session

	mu      sync.Mutex
	granted []mapi.Large // guarded by mu; handle h is at h-1
	revoked bool         // guarded by mu
}

// NewLease starts an empty set of handles, or returns MAPI_E_INVALID_OBJECT when
// the session is closed.
func (s *Session) NewLease() (*Lease, error) {
	if err := s.Err(); err != nil {
		return nil, err
	}
	return &Lease{session: s}, nil
}

// Grant gives out a handle for v. Handles count up from 1.
func (l *Lease) Grant(v mapi.Large) uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.granted = append(l.granted, v)
	return uint32(len(l.granted))
}

// Large returns what a handle stands for, or MAPI_E_INVALID_OBJECT when the
// handle was never given out, the lease is revoked or the session is closed.
func (l *Lease) Large(handle uint32) (mapi.Large, error) {
	if err := l.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if handle == 0 || uint64(handle) > uint64(len(l.granted)) {
		return nil, mapi.ErrInvalidObject
	}
	return l.granted[handle-1], nil
}

// Revoke kills the handles. Calling it again does nothing.
func (l *Lease) Revoke() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.revoked, l.granted = true, nil
}

// Err returns MAPI_E_INVALID_OBJECT when the handles are dead, else nil.
func (l *Lease) Err() error {
	l.mu.Lock()
	revoked := l.revoked
	l.mu.Unlock()
	if revoked {
		return mapi.ErrInvalidObject
	}
	return l.session.Err()
}
