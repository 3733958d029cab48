package session

import (
	"errors"
	"fmt"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/msg"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// A document is the file of a top-level message, shared with everything that
// is opened through the message. Every object of a document works under its
// gate and its mutex.
type document struct {
	session  *Session
	storage  Storage
	flags    Flags
	report   problem.Reporter
	released func()
	readOnly bool

	gate gate // shut when the message or its session ends

	mu    sync.Mutex
	file  *msg.File // guarded by mu; nil for a new message
	names nameTable // guarded by mu
	spent int64     // guarded by mu; bytes taken from the allocator
	page  int       // guarded by mu; code page of the strings to write, 0 for Unicode

	loose resources
}

// newDocument returns the document of a message on st.
func newDocument(s *Session, st Storage, flags Flags, report problem.Reporter, released func()) *document {
	d := &document{session: s, storage: st, flags: flags, report: report, released: released}
	if r, ok := st.(interface{ ReadOnly() bool }); ok {
		d.readOnly = r.ReadOnly()
	}
	return d
}

// open reads the directory and the named properties of an existing message.
func (d *document) open() error {
	if d.storage.Size() == 0 {
		return nil
	}
	f, err := msg.Open(d.storage, d.storage.Size(), msg.ReadOptions{})
	if err != nil {
		return err
	}
	d.file = f
	d.names.seed(f.Names())
	return nil
}

// enter begins an operation under the gate and the mutex, which ends with
// leave.
func (d *document) enter() error {
	if err := d.gate.enter(); err != nil {
		return err
	}
	d.mu.Lock()
	return nil
}

func (d *document) leave() {
	d.mu.Unlock()
	d.gate.leave()
}

// charge takes n bytes from the allocator or, below 0, gives them back.
func (d *document) charge(n int64) error {
	if n > 0 {
		if err := d.session.alloc.Take(n); err != nil {
			return err
		}
	} else {
		d.session.alloc.Give(-n)
	}
	d.spent += n
	return nil
}

// write writes a message to the storage and commits that if it may.
func (d *document) write(tree *mapi.Message, extra *msg.Extra) error {
	w, err := d.storage.Rewrite()
	if err != nil {
		return err
	}
	opt := msg.WriteOptions{Extra: extra, Names: d.names.list, Template: d.file != nil && d.file.Template(), CodePage: d.page}
	if err := msg.Write(w, tree, opt, d.report); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if d.flags&NoStorageCommit != 0 {
		return nil
	}
	return d.storage.Commit()
}

// changed returns MAPI_E_OBJECT_CHANGED or MAPI_E_OBJECT_DELETED when somebody
// else has touched the storage, as far as the storage can tell.
func (d *document) changed(force bool) error {
	c, ok := d.storage.(interface{ Changed() error })
	if !ok {
		return nil
	}
	err := c.Changed()
	if force && errors.Is(err, mapi.ErrObjectChanged) {
		return nil
	}
	return err
}

// free waits for operations under way, gives everything back and runs released.
// Only the first call does anything. clear runs under the mutex.
func (d *document) free(clear func()) {
	if !d.gate.close() {
		return
	}
	d.mu.Lock()
	d.session.alloc.Give(d.spent)
	d.spent, d.file, d.names = 0, nil, nameTable{}
	clear()
	d.mu.Unlock()
	d.loose.free()
	d.abandon()
}

// abandon ends the use of the storage.
func (d *document) abandon() {
	_ = d.storage.Close() // what was not committed is dropped in any case
	if d.released != nil {
		d.released()
	}
}
