package session

import (
	"errors"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// An Object is what messages and attachments have in common (IMAPIProp).
// Methods return a [mapi.Code] as error, possibly wrapped; what counts as
// success in MAPI, warnings and problem arrays, is returned as data.
type Object struct {
	doc  *document
	node node // the message or attachment that this is part of

	// All guarded by the mutex of the document.
	bag      *bag            // set by node.load
	writable bool            // opened for changes
	dead     bool            // released
	deleted  bool            // an attachment that its message no longer has
	refs     int             // opens less releases
	spent    int64           // taken from the allocator since the last save
	last     error           // for GetLastError
	writing  map[uint16]bool // properties with a stream open for writing, by id
}

// node is what differs between messages and attachments.
type node interface {
	load() error             // makes Object.bag ready
	touch()                  // says that something has changed
	commit(force bool) error // makes the changes part of what is around
	forget()                 // drops what was released
	// computed returns a property that is not in the bag.
	computed(tag mapi.Tag) (mapi.Prop, bool)
	// objects lists the PtypObject properties that are not in the bag.
	objects() []mapi.Tag
}

// begin starts an operation, which ends with end.
func (o *Object) begin() error {
	if err := o.doc.enter(); err != nil {
		return err
	}
	err := o.node.load()
	if o.dead {
		err = mapi.ErrInvalidObject
	}
	if err != nil {
		o.doc.leave()
	}
	return err
}

func (o *Object) end() { o.doc.leave() }

// beginWrite is begin for an operation that changes the object.
func (o *Object) beginWrite() error {
	if err := o.begin(); err != nil {
		return err
	}
	if err := o.mayWrite(); err != nil {
		o.end()
		return err
	}
	return nil
}

// mayWrite returns MAPI_E_INVALID_OBJECT or MAPI_E_NO_ACCESS when the object
// cannot be changed.
func (o *Object) mayWrite() error {
	switch {
	case o.dead:
		return mapi.ErrInvalidObject
	case !o.writable:
		return o.fail(mapi.ErrNoAccess)
	}
	return nil
}

// fail remembers an error for GetLastError.
func (o *Object) fail(err error) error {
	o.last = err
	return err
}

// charge is document.charge for changes that are not saved yet.
func (o *Object) charge(n int64) error {
	if err := o.doc.charge(n); err != nil {
		return err
	}
	o.spent += n
	return nil
}

// GetLastError returns what the object has to say about the last call that
// failed with code; "" means nothing to add. Flags other than 0 and Unicode are
// MAPI_E_UNKNOWN_FLAGS.
func (o *Object) GetLastError(code mapi.Code, flags Flags) (string, error) {
	if err := o.begin(); err != nil {
		return "", err
	}
	defer o.end()
	if err := checkFlags(flags, Unicode); err != nil {
		return "", err
	}
	if o.last == nil || !errors.Is(o.last, code) {
		return "", nil
	}
	return o.last.Error(), nil
}

// SaveChanges makes the changes permanent as far as this object goes: those of
// an attachment in its message, those of an embedded message in its
// attachment, those of a message in its [Storage], which is committed unless
// the message was opened with [NoStorageCommit].
//
// It returns MAPI_E_NO_ACCESS for an object that is read-only,
// MAPI_E_INVALID_PARAMETER for both KeepOpen flags together,
// MAPI_E_OBJECT_DELETED for an attachment that its message no longer has and,
// for storages that can tell, MAPI_E_OBJECT_CHANGED, which ForceSave overrides,
// or MAPI_E_OBJECT_DELETED. On an error nothing is saved and the object stays
// open as it was.
func (o *Object) SaveChanges(flags ...SaveFlags) error {
	var f SaveFlags
	for _, x := range flags {
		f |= x
	}
	if err := o.doc.enter(); err != nil {
		return err
	}
	defer o.doc.leave()
	if err := o.mayWrite(); err != nil {
		return err
	}
	const keep = KeepOpenReadOnly | KeepOpenReadWrite
	if err := checkFlags(f, keep|ForceSave); err != nil {
		return o.fail(err)
	}
	if f&keep == keep {
		return o.fail(mapi.ErrInvalidParameter)
	}
	if o.deleted {
		return o.fail(mapi.ErrObjectDeleted)
	}
	if err := o.node.commit(f&ForceSave != 0); err != nil {
		return o.fail(err)
	}
	o.spent = 0
	if f&keep == KeepOpenReadOnly {
		o.writable = false
	}
	return nil
}

// Release gives back one reference to the object, which every open takes. The
// last one ends the object and everything opened through it, and drops what was
// not saved. Calling it too often does nothing.
func (o *Object) Release() {
	if err := o.doc.enter(); err != nil {
		return
	}
	defer o.doc.leave()
	if o.refs--; o.refs <= 0 {
		o.kill()
	}
}

// kill ends the object.
func (o *Object) kill() {
	if o.dead {
		return
	}
	o.dead = true
	o.doc.session.alloc.Give(o.spent)
	o.doc.spent -= o.spent
	o.spent = 0
	o.node.forget()
}

// index returns where the bag has the property with the id of tag, or -1.
func (o *Object) index(tag mapi.Tag) int {
	return o.bag.find(tag.ID(), o.doc.names.name(tag.ID()))
}

// indexOf finds a property by its name or, if that is zero, its id.
func indexOf(ps mapi.Props, id uint16, name mapi.Name) int {
	return slices.IndexFunc(ps, func(p mapi.Prop) bool {
		if !name.IsZero() {
			return !p.Name.IsZero() && mapi.SameName(p.Name, name)
		}
		return p.Name.IsZero() && p.Tag.ID() == id
	})
}

// outside returns the tag under which callers know a property of the bag.
func (o *Object) outside(p *mapi.Prop) mapi.Tag {
	if p.Name.IsZero() {
		return p.Tag
	}
	return mapi.NewTag(o.doc.names.create(p.Name), p.Tag.Type())
}

// attr returns the attributes of a property of the bag.
func (o *Object) attr(p *mapi.Prop) uint32 { return attrOf(o.bag.extra, p) }
