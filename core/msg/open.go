package msg

import (
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// ReadOptions bound what a message may cost. The zero value is ready for use.
type ReadOptions struct {
	// Inline is the most bytes, as stored, of a value that is read at once;
	// longer ones become a [mapi.Large], and the data of attachments that is
	// longer than [limits.MsgInlineData]. 0 means [limits.MsgInline].
	Inline int64
	// MaxDepth is how deep messages may be embedded in each other, the outermost
	// not counted. An attachment beyond it keeps its storage as a Large. 0 means
	// [limits.MsgDepth].
	MaxDepth int
	// MaxObjects is the most recipients, attachments and embedded messages
	// together. 0 means [limits.MsgObjects].
	MaxObjects int
	// MaxProps is the most properties in the whole tree, each element of a
	// multi-valued one counted. 0 means [limits.MsgProps].
	MaxProps int
	// MaxMemory is the most bytes of values, as stored, read at once. Beyond it
	// single values become Large and multiple ones are left out. 0 means [limits.MsgMemory].
	MaxMemory int64
	// TempDir takes the copy of a storage of more than 8 MiB while it is being
	// read as a Large; "" means the directory of the system.
	TempDir string
}

// withDefaults fills the zero fields.
func (o ReadOptions) withDefaults() ReadOptions {
	o.Inline = limits.MsgInline.Or64(o.Inline)
	o.MaxMemory = limits.MsgMemory.Or64(o.MaxMemory)
	o.MaxDepth = limits.MsgDepth.Or(o.MaxDepth)
	o.MaxObjects = limits.MsgObjects.Or(o.MaxObjects)
	o.MaxProps = limits.MsgProps.Or(o.MaxProps)
	return o
}

// A File is an open .msg file. It is safe for concurrent use.
type File struct {
	cfb   *cfb.File
	size  int64
	opt   ReadOptions
	names []mapi.Name
	twins map[uint16]uint16 // ids of one name, by id: the first of them
	notes problem.List      // what Open found, reported by Message
}

// Open reads the directory and the named property map of the .msg file held in
// the first size bytes of r, which must outlive the File and every Large that
// comes from it. The File does not close r.
//
// Errors from r are returned as they are. Anything wrong with the file itself
// is a *FormatError, wrapping ErrNotMessage for a compound file that is not a
// message.
func Open(r io.ReaderAt, size int64, opt ReadOptions) (*File, error) {
	c, err := cfb.Open(r, size, cfb.Options{})
	if err != nil {
		var bad *cfb.FormatError
		if errors.As(err, &bad) {
			return nil, &FormatError{Path: "/", Spec: bad.Spec, Detail: "unreadable container", Err: err}
		}
		return nil, err
	}
	f := &File{cfb: c, size: size, opt: opt.withDefaults()}
	if c.Root().Stream(propertyStream) == nil {
		return nil, &FormatError{Path: "/", Spec: "[MS-OXMSG] 2.4", Detail: "no property stream", Err: ErrNotMessage}
	}
	for _, fix := range c.Repairs() {
		severity := problem.Info
		if fix.Lost {
			severity = problem.Loss
		}
		f.notes.Add(problem.Problem{Code: "cfb.repaired", Severity: severity, Part: fix.Path, Detail: fix.Detail + " (" + fix.Spec + ")"})
	}
	if err := f.readNames(); err != nil {
		return nil, err
	}
	return f, nil
}

// Names returns the named property map: the name at index i belongs to the id
// 0x8000+i in this file, the zero Name to an id whose record makes no sense.
// The slice is not the caller's to change.
func (f *File) Names() []mapi.Name { return f.names }

// CodePage returns the code page of the 8-bit strings of an ANSI file, 0 for a
// Unicode one. A file is ANSI when the message at the top has 8-bit strings and no
// Unicode ones or, without any strings, a PidTagStoreSupportMask without
// STORE_UNICODE_OK ([MS-OXMSG] 2.1.1.1), and its code page is one that [Write]
// can write.
func (f *File) CodePage() int {
	r := readers.Get().(*reader)
	defer r.release()
	r.f = f
	c, err := r.scan(f.cfb.Root(), rootHeader, nil)
	if err != nil {
		return 0 // reading the message says what is wrong
	}
	return c.ansi(stringPage(c.int32, codepage.Windows))
}

// Template reports whether the file is an Outlook template (.oft).
func (f *File) Template() bool { return f.cfb.Root().CLSID() == mapi.CLSIDMessageFile }
