package msg

import (
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// An ObjectNode is a storage of a stored object, such as an OLE document
// ([MS-OXMSG] 2.2.2.2), in memory; the contents of its streams stay where they are.
type ObjectNode struct {
	Name     string // "" or any for the object itself
	CLSID    [16]byte
	State    uint32
	Storages []*ObjectNode
	Streams  []*ObjectStream
}

// An ObjectStream is a stream in an ObjectNode.
type ObjectStream struct {
	Name string
	Data mapi.Large // of a known size
}

// MaxObjectDepth is how deep storages may be nested in a stored object.
func MaxObjectDepth() int { return limits.MsgObjectDepth.Int() }

// ReadObject reads the directory of the stored object that a compound file in the
// first size bytes of r holds; r must outlive the streams. What is wrong with the
// file is a *FormatError.
func ReadObject(r io.ReaderAt, size int64) (*ObjectNode, error) {
	f, err := cfb.Open(r, size, cfb.Options{MaxDepth: limits.MsgObjectDepth.Int()})
	if err != nil {
		var bad *cfb.FormatError
		if errors.As(err, &bad) {
			err = &FormatError{Path: "/", Spec: bad.Spec, Detail: "unreadable object", Err: err}
		}
		return nil, err
	}
	return newObjectNode(f.Root()), nil
}

func newObjectNode(st *cfb.Storage) *ObjectNode {
	n := &ObjectNode{Name: st.Name(), CLSID: st.CLSID(), State: st.State()}
	for _, s := range st.Streams() {
		n.Streams = append(n.Streams, &ObjectStream{Name: s.Name(), Data: largeBytes{s}})
	}
	for _, s := range st.Storages() {
		n.Storages = append(n.Storages, newObjectNode(s))
	}
	return n
}

// Write writes the object as a compound file to w, at its current position. A name
// that must not be written, as damaged files can have, is a *FormatError.
func (n *ObjectNode) Write(w io.WriteSeeker) error {
	version := 3
	if n.size() > version3Limit {
		version = 4
	}
	cw, err := cfb.NewWriter(w, cfb.WriterOptions{Version: version})
	if err != nil {
		return err
	}
	if err := n.writeTo(cw.Root()); err != nil {
		return err
	}
	return cw.Close()
}

func (n *ObjectNode) size() (sum int64) {
	for _, s := range n.Streams {
		sum += s.Data.Size()
	}
	for _, s := range n.Storages {
		sum += s.size()
	}
	return sum
}

func (n *ObjectNode) writeTo(st *cfb.StorageWriter) error {
	st.SetCLSID(n.CLSID)
	st.SetState(n.State)
	for _, s := range n.Streams {
		dst, err := st.CreateStream(s.Name)
		if err != nil {
			return nameError(s.Name, err)
		}
		r, err := s.Data.Open()
		if err != nil {
			return err
		}
		err = copyAll(dst, r)
		if err := errors.Join(err, r.Close(), dst.Close()); err != nil {
			return err
		}
	}
	for _, s := range n.Storages {
		sub, err := st.CreateStorage(s.Name)
		if err != nil {
			return nameError(s.Name, err)
		}
		if err := s.writeTo(sub); err != nil {
			return err
		}
	}
	return nil
}

// nameError makes an error about a name a *FormatError.
func nameError(path string, err error) error {
	if errors.Is(err, cfb.ErrName) || errors.Is(err, cfb.ErrExists) {
		return &FormatError{Path: path, Spec: "[MS-CFB] 2.6.1", Detail: err.Error(), Err: errDamaged}
	}
	return err
}

// ValidObjectName reports whether a storage or stream of a stored object may have
// the name ([MS-CFB] 2.6.1).
func ValidObjectName(name string) bool {
	w, err := cfb.NewWriter(new(spool), cfb.WriterOptions{})
	if err != nil {
		return false
	}
	_, err = w.Root().CreateStorage(name)
	return err == nil && w.Close() == nil
}
