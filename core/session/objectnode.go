package session

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// storageNode is a storage in memory; the streams stay where they are. Guarded
// by storedObject.mu.
type storageNode struct {
	name     string
	clsid    [16]byte
	state    uint32
	storages []*storageNode
	streams  []*streamNode
	gone     bool // destroyed, or replaced by an empty one
}

// streamNode is a stream in a storageNode.
type streamNode struct {
	name    string
	data    mapi.Large
	writing bool // it is open for writing
}

// storedStream is a stream of a compound file as a large value.
type storedStream struct{ *cfb.Stream }

// Open returns a reader over the stream.
func (s storedStream) Open() (io.ReadCloser, error) { return io.NopCloser(s.Stream.Open()), nil }

// maxObjectDepth is how deep storages in a stored object may be nested, as in
// package msg.
const maxObjectDepth = 64

// readObject copies a compound file into a spool and reads its directory.
func readObject(sp *Spool, v mapi.Large) (*storageNode, error) {
	if err := fill(sp, v); err != nil {
		return nil, err
	}
	f, err := cfb.Open(sp, sp.Size(), cfb.Options{MaxDepth: maxObjectDepth})
	if err != nil {
		var bad *cfb.FormatError
		if errors.As(err, &bad) {
			err = fmt.Errorf("%w: %w", mapi.ErrCorruptData, err)
		}
		return nil, err
	}
	return newStorageNode(f.Root()), nil
}

func newStorageNode(st *cfb.Storage) *storageNode {
	n := &storageNode{name: st.Name(), clsid: st.CLSID(), state: st.State()}
	for _, s := range st.Streams() {
		n.streams = append(n.streams, &streamNode{name: s.Name(), data: storedStream{s}})
	}
	for _, s := range st.Storages() {
		n.storages = append(n.storages, newStorageNode(s))
	}
	return n
}

// stream and storage return the index of an element, -1 if there is none. Upper
// and lower case are the same.
func (n *storageNode) stream(name string) int {
	return slices.IndexFunc(n.streams, func(s *streamNode) bool { return strings.EqualFold(s.name, name) })
}

func (n *storageNode) storage(name string) int {
	return slices.IndexFunc(n.storages, func(s *storageNode) bool { return strings.EqualFold(s.name, name) })
}

// validName reports whether an element may have the name ([MS-CFB] 2.6.1).
func validName(name string) bool {
	w, err := cfb.NewWriter(new(buffer), cfb.WriterOptions{})
	if err != nil {
		return false
	}
	_, err = w.Root().CreateStorage(name)
	_ = w.Close()
	return err == nil
}

// write writes the object as a compound file.
func (n *storageNode) write(sp *Spool) error {
	version := 3
	if n.size() > 1900<<20 { // a file of version 3 has 2 GiB at most
		version = 4
	}
	w, err := cfb.NewWriter(io.NewOffsetWriter(sp, 0), cfb.WriterOptions{Version: version})
	if err != nil {
		return err
	}
	if err := n.writeTo(w.Root()); err != nil {
		return err
	}
	return w.Close()
}

func (n *storageNode) size() (sum int64) {
	for _, s := range n.streams {
		sum += s.data.Size()
	}
	for _, s := range n.storages {
		sum += s.size()
	}
	return sum
}

func (n *storageNode) writeTo(st *cfb.StorageWriter) error {
	st.SetCLSID(n.clsid)
	st.SetState(n.state)
	for _, s := range n.streams {
		dst, err := st.CreateStream(s.name)
		if err != nil {
			return nameError(err)
		}
		r, err := s.data.Open()
		if err != nil {
			return err
		}
		_, err = io.Copy(struct{ io.Writer }{dst}, r)
		if err := errors.Join(err, r.Close(), dst.Close()); err != nil {
			return err
		}
	}
	for _, s := range n.storages {
		sub, err := st.CreateStorage(s.name)
		if err != nil {
			return nameError(err)
		}
		if err := s.writeTo(sub); err != nil {
			return err
		}
	}
	return nil
}

// nameError gives an error of package cfb about a name, which a damaged object
// may have, its code.
func nameError(err error) error {
	if errors.Is(err, cfb.ErrName) || errors.Is(err, cfb.ErrExists) {
		return fmt.Errorf("%w: %w", mapi.ErrCorruptData, err)
	}
	return err
}
