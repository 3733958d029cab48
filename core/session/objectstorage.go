package session

import (
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// An ObjectStorage is the stored object of an attachment, such as an OLE
// document, opened as the storage that it is (IStorage), or a storage inside of
// one. What is done to it becomes the value of the property when the outermost
// storage is committed, which its Close does too; streams in it are committed
// before that, by themselves. While a storage is open for changes the property
// cannot be opened or set otherwise, that is MAPI_E_NO_ACCESS.
//
// Closing a storage ends what was opened through it, as does the end of the
// attachment, of the message and of the session: all answer
// MAPI_E_INVALID_OBJECT then. Methods are safe for concurrent use.
type ObjectStorage struct {
	root   *storedObject
	parent *ObjectStorage  // nil for the outermost
	node   *msg.ObjectNode // guarded by root.mu
	closed bool            // guarded by root.mu
}

// storedObject is what the storages of one object share.
type storedObject struct {
	o        *Object
	tag      mapi.Tag
	writable bool
	source   *Spool // the object as it was; nil for a new one

	mu      sync.Mutex                 // taken before that of the document
	dirty   bool                       // guarded by mu
	spools  []*Spool                   // guarded by mu; of streams that were written
	gone    map[*msg.ObjectNode]bool   // guarded by mu; destroyed, or replaced by an empty one
	writing map[*msg.ObjectStream]bool // guarded by mu; open for writing
}

// An Element is a storage or stream in an [ObjectStorage].
type Element struct {
	Name    string
	Storage bool
	Size    int64 // of a stream, in bytes
}

// openStorage opens a stored object inside an operation.
func (o *Object) openStorage(tag mapi.Tag, flags OpenFlags) (*ObjectStorage, error) {
	p, err := o.openable(tag, flags)
	if err != nil {
		return nil, err
	}
	r := &storedObject{
		o: o, tag: tag, writable: flags&Modify != 0, dirty: flags&Create != 0,
		gone: make(map[*msg.ObjectNode]bool), writing: make(map[*msg.ObjectStream]bool),
	}
	st := &ObjectStorage{root: r, node: new(msg.ObjectNode)}
	if flags&Create == 0 {
		r.source = o.doc.newSpool()
		if st.node, err = readObject(r.source, o.large(p.Value)); err != nil {
			r.source.Free()
			return nil, err
		}
	}
	if r.writable {
		o.startWriting(tag.ID())
	}
	return st, nil
}

// readObject copies a compound file into a spool and reads its directory.
func readObject(sp *Spool, v mapi.Large) (*msg.ObjectNode, error) {
	if err := fill(sp, v); err != nil {
		return nil, err
	}
	n, err := msg.ReadObject(sp, sp.Size())
	return n, corrupt(err)
}

// stream and storage return the index of an element, -1 if there is none. Upper
// and lower case are the same.
func (st *ObjectStorage) stream(name string) int {
	return slices.IndexFunc(st.node.Streams, func(s *msg.ObjectStream) bool { return strings.EqualFold(s.Name, name) })
}

func (st *ObjectStorage) storage(name string) int {
	return slices.IndexFunc(st.node.Storages, func(s *msg.ObjectNode) bool { return strings.EqualFold(s.Name, name) })
}

// enter starts an operation, which ends with leave.
func (st *ObjectStorage) enter() error {
	doc := st.root.o.doc
	if err := doc.enter(); err != nil {
		return err
	}
	dead := st.root.o.dead
	doc.mu.Unlock()
	st.root.mu.Lock()
	if dead || !st.alive() {
		st.leave()
		return mapi.ErrInvalidObject
	}
	return nil
}

func (st *ObjectStorage) leave() {
	st.root.mu.Unlock()
	st.root.o.doc.gate.leave()
}

// alive reports whether neither the storage nor one around it is closed or
// destroyed.
func (st *ObjectStorage) alive() bool {
	for ; st != nil; st = st.parent {
		if st.closed || st.root.gone[st.node] {
			return false
		}
	}
	return true
}

// Elements lists what is in the storage, streams first.
func (st *ObjectStorage) Elements() ([]Element, error) {
	if err := st.enter(); err != nil {
		return nil, err
	}
	defer st.leave()
	var list []Element
	for _, s := range st.node.Streams {
		list = append(list, Element{Name: s.Name, Size: s.Data.Size()})
	}
	for _, s := range st.node.Storages {
		list = append(list, Element{Name: s.Name, Storage: true})
	}
	return list, nil
}

// CLSID returns the class of the storage, in the byte order of the file.
func (st *ObjectStorage) CLSID() ([16]byte, error) {
	if err := st.enter(); err != nil {
		return [16]byte{}, err
	}
	defer st.leave()
	return st.node.CLSID, nil
}

// SetCLSID sets the class of the storage. It returns MAPI_E_NO_ACCESS for a
// storage that is read-only.
func (st *ObjectStorage) SetCLSID(id [16]byte) error {
	return st.change(func() error {
		st.node.CLSID = id
		return nil
	})
}

// change runs a change of the storage.
func (st *ObjectStorage) change(do func() error) error {
	if err := st.enter(); err != nil {
		return err
	}
	defer st.leave()
	if !st.root.writable {
		return mapi.ErrNoAccess
	}
	err := do()
	st.root.dirty = st.root.dirty || err == nil
	return err
}

// Destroy deletes a stream or storage by name. Errors are MAPI_E_NOT_FOUND, and
// MAPI_E_NO_ACCESS for a storage that is read-only and for a stream that is open
// for writing.
func (st *ObjectStorage) Destroy(name string) error {
	return st.change(func() error {
		n := st.node
		if i := st.stream(name); i >= 0 {
			if st.root.writing[n.Streams[i]] {
				return mapi.ErrNoAccess
			}
			n.Streams = slices.Delete(n.Streams, i, i+1)
			return nil
		}
		i := st.storage(name)
		if i < 0 {
			return mapi.ErrNotFound
		}
		st.root.gone[n.Storages[i]] = true
		n.Storages = slices.Delete(n.Storages, i, i+1)
		return nil
	})
}

// Commit makes the object as it is now the value of the property, in memory until
// the attachment is saved. Streams count as far as they are committed. On a storage
// inside of another, or a read-only one, it does nothing.
func (st *ObjectStorage) Commit() error {
	if err := st.enter(); err != nil {
		return err
	}
	defer st.leave()
	return st.commit()
}

func (st *ObjectStorage) commit() error {
	r := st.root
	if st.parent != nil || !r.dirty {
		return nil
	}
	sp := r.o.doc.newSpool()
	if err := st.node.Write(io.NewOffsetWriter(sp, 0)); err != nil {
		sp.Free()
		return corrupt(err)
	}
	if err := r.o.give(mapi.Prop{Tag: r.tag, Value: &guarded{r.o.doc, sp}}); err != nil {
		sp.Free()
		return err
	}
	r.dirty = false
	return nil
}

// Close commits the object and ends the storage, with everything that was opened
// through it. What was not committed of a stream is lost. Closing it again does
// nothing.
func (st *ObjectStorage) Close() error {
	st.root.mu.Lock()
	closed := st.closed
	st.root.mu.Unlock()
	if closed {
		return nil
	}
	if err := st.enter(); err != nil {
		return err
	}
	defer st.leave()
	err := st.commit()
	st.closed = true
	if st.parent != nil {
		return err
	}
	r := st.root
	if r.source != nil {
		r.source.Free()
	}
	for _, sp := range r.spools {
		sp.Free()
	}
	if r.writable {
		r.o.doc.mu.Lock()
		delete(r.o.writing, r.tag.ID())
		r.o.doc.mu.Unlock()
	}
	return err
}

// isAlive is alive outside of an operation of the storage.
func (st *ObjectStorage) isAlive() bool {
	st.root.mu.Lock()
	defer st.root.mu.Unlock()
	return st.alive()
}
