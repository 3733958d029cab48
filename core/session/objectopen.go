package session

import (
	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// mayOpen checks flags and, for Create, the name of a new element.
func (st *ObjectStorage) mayOpen(name string, flags OpenFlags) error {
	if err := checkFlags(flags, Modify|Create); err != nil {
		return err
	}
	switch {
	case flags&(Create|Modify) == Create:
		return mapi.ErrInvalidParameter
	case flags&Modify != 0 && !st.root.writable:
		return mapi.ErrNoAccess
	case flags&Create != 0 && !msg.ValidObjectName(name):
		return mapi.ErrInvalidParameter
	}
	return nil
}

// OpenStorage opens a storage in the storage: read-only, for changes with Modify,
// or as a new, empty one with Modify|Create. Errors are MAPI_E_UNKNOWN_FLAGS,
// MAPI_E_INVALID_PARAMETER for Create without Modify or with a name that no
// element can have, MAPI_E_NO_ACCESS, MAPI_E_COLLISION for Create with the name of
// a stream, MAPI_E_TOO_COMPLEX for a storage that is nested too deep, and
// MAPI_E_NOT_FOUND.
func (st *ObjectStorage) OpenStorage(name string, flags OpenFlags) (*ObjectStorage, error) {
	if err := st.enter(); err != nil {
		return nil, err
	}
	defer st.leave()
	if err := st.mayOpen(name, flags); err != nil {
		return nil, err
	}
	i := st.storage(name)
	switch {
	case i < 0 && flags&Create == 0:
		return nil, mapi.ErrNotFound
	case flags&Create == 0:
	case st.stream(name) >= 0:
		return nil, mapi.ErrCollision
	case st.depth() >= msg.MaxObjectDepth():
		return nil, mapi.ErrTooComplex
	case i >= 0:
		st.root.dirty = true
		st.root.gone[st.node.Storages[i]] = true
		st.node.Storages[i] = &msg.ObjectNode{Name: name}
	default:
		st.root.dirty = true
		i = len(st.node.Storages)
		st.node.Storages = append(st.node.Storages, &msg.ObjectNode{Name: name})
	}
	return &ObjectStorage{root: st.root, parent: st, node: st.node.Storages[i]}, nil
}

// depth returns how many storages the storage is in.
func (st *ObjectStorage) depth() (n int) {
	for p := st.parent; p != nil; p = p.parent {
		n++
	}
	return n
}

// OpenStream opens a stream in the storage under the rules of OpenStorage. A
// stream that is open for writing cannot be opened again.
func (st *ObjectStorage) OpenStream(name string, flags OpenFlags) (*Stream, error) {
	if err := st.enter(); err != nil {
		return nil, err
	}
	defer st.leave()
	if err := st.mayOpen(name, flags); err != nil {
		return nil, err
	}
	i := st.stream(name)
	switch {
	case i < 0 && flags&Create == 0:
		return nil, mapi.ErrNotFound
	case i >= 0 && st.root.writing[st.node.Streams[i]]:
		return nil, mapi.ErrNoAccess
	case flags&Modify == 0:
		return &Stream{o: st.root.o, within: st, source: st.node.Streams[i].Data}, nil
	case i < 0 && st.storage(name) >= 0:
		return nil, mapi.ErrCollision
	case i < 0:
		st.root.dirty = true
		i = len(st.node.Streams)
		st.node.Streams = append(st.node.Streams, &msg.ObjectStream{Name: name, Data: memoryValue(nil)})
	}
	n := st.node.Streams[i]
	s := &Stream{o: st.root.o, within: st, node: n, spool: st.root.o.doc.newSpool(), dirty: flags&Create != 0}
	if flags&Create == 0 {
		if err := fill(s.spool, n.Data); err != nil {
			s.spool.Free()
			return nil, err
		}
	}
	st.root.writing[n] = true
	return s, nil
}

// take makes what was written to a stream its contents. The stream is inside an
// operation.
func (st *ObjectStorage) take(n *msg.ObjectStream, sp *Spool) {
	st.root.mu.Lock()
	defer st.root.mu.Unlock()
	n.Data = sp
	st.root.spools = append(st.root.spools, sp)
	st.root.dirty = true
}

// leaveStream says that a stream is no longer open for writing.
func (st *ObjectStorage) leaveStream(n *msg.ObjectStream) {
	st.root.mu.Lock()
	defer st.root.mu.Unlock()
	delete(st.root.writing, n)
}
