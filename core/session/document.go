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

	mu     sync.Mutex
	file   *msg.File // guarded by mu; nil for a new message
	names  nameTable // guarded by mu
	spent  int64     // guarded by mu; bytes taken from the allocator
	page   int       // guarded by mu; code page of the strings to write, 0 for Unicode
	asked  bool      // guarded by mu; page was asked for, and is not just that of the file
	recode bool      // guarded by mu; page has changed since the last save
	oft    bool      // guarded by mu; the file is, or is to be, an Outlook template

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
	d.file, d.oft = f, f.Template()
	d.names.seed(f.Names())
	if (d.flags|d.session.flags)&Unicode == 0 {
		d.page = f.CodePage()
	}
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

// write writes a message to the storage and commits that if it may. A file stays
// in its code page unless another was asked for; what that lacks makes it Unicode.
func (d *document) write(tree *mapi.Message, extra *msg.Extra) error {
	var said problem.List
	err := d.writeIn(tree, extra, said.Add)
	if errors.Is(err, msg.ErrCodePage) && !d.asked {
		said = problem.List{{Code: "msg.string.codepage", Severity: problem.Info,
			Detail: fmt.Sprintf("the file had its strings in a code page and is Unicode now: %v", err)}}
		d.page = 0
		err = d.writeIn(tree, extra, said.Add)
	}
	for _, p := range said {
		d.report.Report(p)
	}
	if err == nil && d.flags&NoStorageCommit == 0 {
		err = d.storage.Commit()
	}
	d.recode = d.recode && err != nil
	return err
}

// writeIn writes a message in the code page of the document, without committing it.
func (d *document) writeIn(tree *mapi.Message, extra *msg.Extra, report problem.Reporter) error {
	w, err := d.storage.Rewrite()
	if err != nil {
		return err
	}
	opt := msg.WriteOptions{
		Extra: extra, Names: d.names.list, Template: d.oft,
		CodePage: d.page, Lossless: !d.asked,
	}
	if err := msg.Write(w, tree, opt, report); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
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
