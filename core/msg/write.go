package msg

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// version3Limit is the most bytes of values in a compound file of version 3,
// which may have 2 GiB altogether.
const version3Limit = 1900 << 20

// storeSupportMask is the PidTagStoreSupportMask of Outlook's Unicode files;
// its bit 0x40000, STORE_UNICODE_OK, says that strings are Unicode
// ([MS-OXMSG] 2.1.1.1).
const (
	storeSupportMask int32 = 0x00040E79
	storeUnicodeOK   int32 = 0x00040000
)

// entriesLeft is how many storages and streams below what [cfb.Open] takes a file
// may have when an object is added to it.
const entriesLeft = 1 << 12

// WriteOptions choose the form of a file. The zero value is ready for use.
type WriteOptions struct {
	// Template makes an Outlook template (.oft).
	Template bool
	// CodePage is the code page of strings, such as 1252 or 932, and makes them
	// PtypString8; 0 makes them PtypString, which is Unicode. Characters that the
	// page lacks become "?", which is reported as a loss.
	CodePage int
	// Lossless, with a CodePage, is for a file that is edited in place: characters
	// that the page lacks are ErrCodePage instead, and an embedded message with 8-bit
	// strings keeps the code page that Extra has for it.
	Lossless bool
	// MaxDepth is how deep messages may be embedded in each other, the outermost
	// not counted; deeper ones are left out. 0 means 64.
	MaxDepth int
	// TempDir takes a copy of each stored object of more than 8 MiB while it is
	// written; "" means the directory of the system.
	TempDir string
	// Extra is what to keep beside the message, usually from the file that the
	// message was read from, which must be open still. May be nil.
	Extra *Extra
	// Names get the first ids from 0x8000 on in their order, whether the message uses
	// them or not; zero Names and those that cannot be stored are left out. Other
	// names follow in the order of first use. Ids of properties that Extra says have
	// no names are given to none. May be nil.
	Names []mapi.Name
}

// writer is one message on its way into a file.
type writer struct {
	file    *cfb.Writer // nil for an object alone
	full    bool        // something was left out
	opt     WriteOptions
	names   names
	objects int
	bytes   int64           // written to streams so far
	stack   []*mapi.Message // the messages around the one being written
	extra   *Extra          // of the object being written
	page    int             // code page of the strings of the message being written
	failed  error           // ends the writing of the object
	*writerSpace
}

// Write writes m as a .msg file to w, Unicode unless opt has a CodePage, starting
// at its current position. Only a nil error makes a whole file.
//
// Properties that have no form in a file are left out and reported; report may
// be nil. Of two properties with one id or name the last is written, named ones
// get ids of their own, and strings get the type of the file. These are computed:
// PidTagAttachNumber always; PidTagAttachSize unless the attachment is as Extra was
// read with it; PidTagStoreSupportMask and, with a CodePage, PidTagMessageCodepage
// where they say something else than what is written; PidTagMessageClass, PidTagHasAttachments, PidTagRecipientType,
// PidTagDisplayName, PidTagRowid and PidTagAttachMethod where they are missing.
//
// A PtypObject Large must deliver a compound file. ErrTooLarge says that a value has
// more than 4,294,967,295 bytes. [MS-OXMSG] 2.4.2.2 demands that the 32-bit size in
// the entry of a property equals the size of its stream, and gives 0xFFFFFFFF, at
// which it could be capped, another meaning, so that no file with such a value
// would be right. Other errors are those of w, those of reading a Large,
// ErrCodePage, and [mapi.ErrInvalidParameter] for a nil
// message or a code page that 8-bit strings cannot be in.
func Write(w io.WriteSeeker, m *mapi.Message, opt WriteOptions, report problem.Reporter) error {
	if m == nil || !CanWrite(opt.CodePage) {
		return mapi.ErrInvalidParameter
	}
	if opt.MaxDepth <= 0 {
		opt.MaxDepth = 64
	}
	version := 3
	if (weigher{}).message(m, opt.MaxDepth)+opt.Extra.weigh() > version3Limit {
		version = 4
	}
	cw, err := cfb.NewWriter(w, cfb.WriterOptions{Version: version})
	if err != nil {
		return err
	}
	root := cw.Root()
	root.SetCLSID(mapi.CLSIDMailMessage)
	if opt.Template {
		root.SetCLSID(mapi.CLSIDMessageFile)
	}
	mw := &writer{opt: opt, extra: opt.Extra, page: opt.CodePage, file: cw, writerSpace: writerSpaces.Get().(*writerSpace)}
	defer mw.release()
	if err := mw.names.start(opt.Extra, opt.Names); err != nil {
		return err
	}
	if err := mw.message(root, m, rootHeader, report); err != nil {
		return err
	}
	if err := mw.writeNames(root); err != nil {
		return err
	}
	return cw.Close()
}

// CanWrite reports whether a file can have its strings in code page cp, 0
// being Unicode.
func CanWrite(cp int) bool {
	return cp == 0 || cp > 0 && cp < 1<<16 && usablePage(int32(cp))
}

// weigher sums the bytes of large values, as far as they are known, counting
// what stands in several places as often as it stands there. A message that is
// embedded in itself counts once.
type weigher map[*mapi.Message]int64

// message returns about how many bytes m has with depth levels below it.
func (w weigher) message(m *mapi.Message, depth int) int64 {
	if n, known := w[m]; known {
		return n
	}
	w[m] = 0
	n := weighProps(m.Props)
	for _, p := range m.Recipients {
		n += weighProps(p)
	}
	for _, a := range m.Attachments {
		if a == nil {
			continue
		}
		n += weighProps(a.Props)
		if a.Embedded != nil && depth > 0 {
			n += w.message(a.Embedded, depth-1)
		}
	}
	n = min(n, version3Limit+1) // enough to decide, and no overflow
	w[m] = n
	return n
}

func weighProps(props mapi.Props) (n int64) {
	for _, p := range props {
		switch v := p.Value.(type) {
		case mapi.Large:
			n += max(v.Size(), 0)
		case []byte:
			n += int64(len(v))
		case string:
			n += 2 * int64(len(v))
		}
	}
	return n
}

// message writes m into st ([MS-OXMSG] 2.3, 2.2.2.1).
func (w *writer) message(st *cfb.StorageWriter, m *mapi.Message, header int, report problem.Reporter) error {
	w.stack = append(w.stack, m)
	defer func() { w.stack = w.stack[:len(w.stack)-1] }()
	extra, around := w.extra, w.page
	defer func() { w.page = around }()
	if own := extra.CodePage(); w.page != 0 && w.opt.Lossless && own != 0 {
		w.page = own
	}
	b := w.collect(m.Props, report)
	defer w.give(b)
	b.setMask()
	outer := around
	if len(w.stack) == 1 {
		outer = codepage.Windows // as it is read
	}
	if w.page != 0 && (!w.opt.Lossless || stringPage(b.int32Of, outer) != w.page) {
		b.set(proptag.MessageCodepage, int32(w.page))
	}
	b.setDefault(proptag.MessageClass, "IPM.Note")
	if extra == nil || !extra.sealed {
		b.setDefault(proptag.HasAttachments, slices.ContainsFunc(m.Attachments, func(a *mapi.Attachment) bool {
			return a != nil && !a.Props.Bool(proptag.AttachmentHidden)
		}))
	}
	recipients, attachments := 0, 0
	for i, p := range m.Recipients {
		if !w.room(report) {
			break
		}
		w.extra = extra.recipient(i)
		if err := w.recipient(st, p, i, under(report, "recipient", i)); err != nil {
			return err
		}
		recipients++
	}
	for i, a := range m.Attachments {
		if a == nil {
			continue
		}
		if !w.room(report) {
			break
		}
		w.extra = extra.attachment(i)
		if err := w.attachment(st, a, attachments, under(report, "attachment", i)); err != nil {
			return err
		}
		attachments++
	}
	var buf [rootHeader]byte
	head := buf[:header]
	for i, n := range []int{recipients, attachments, recipients, attachments} {
		binary.LittleEndian.PutUint32(head[8+4*i:], uint32(n))
	}
	return w.properties(st, head, b, report)
}

// setMask sets PidTagStoreSupportMask, unless it says already whether strings are
// Unicode.
func (b *bag) setMask() {
	want := storeSupportMask
	if b.page != 0 {
		want &^= storeUnicodeOK
	}
	mask, ok := b.int32Of(proptag.StoreSupportMask)
	if !ok && b.page != 0 && b.extra != nil && b.extra.sealed {
		return // without one, strings are 8-bit
	}
	if !ok || (mask^want)&storeUnicodeOK != 0 {
		b.set(proptag.StoreSupportMask, want)
	}
}

// room counts one more object and reports when there are too many.
func (w *writer) room(report problem.Reporter) bool {
	w.objects++
	if w.objects <= limits.MsgWritten.Int() && (w.file == nil || w.file.Entries() <= limits.CFBEntries.Int()-entriesLeft) {
		return true
	}
	if !w.full {
		w.full = true
		report.Report(problem.Problem{Code: "msg.limit", Severity: problem.Loss,
			Detail: fmt.Sprintf("the message has more than %d objects, or values; the rest was left out", w.objects-1)})
	}
	return false
}

// recipient writes a recipient ([MS-OXMSG] 2.2.1).
func (w *writer) recipient(parent *cfb.StorageWriter, props mapi.Props, n int, report problem.Reporter) error {
	st, err := parent.CreateStorage(w.text.numbered(recipientPrefix, uint32(n)))
	if err != nil {
		return err
	}
	b := w.collect(props, report)
	defer w.give(b)
	b.setDefault(proptag.RecipientType, mapi.RecipientTo)
	name := props.String(proptag.SmtpAddress)
	if name == "" {
		name = props.String(proptag.EmailAddress)
	}
	b.setDefault(proptag.DisplayName, name)
	b.setDefault(proptag.Rowid, int32(n))
	return w.properties(st, zeros[:childHeader], b, report)
}

// int32 returns the value of a PtypInteger32 property, 0 if there is none.
func (b *bag) int32(tag mapi.Tag) int32 {
	n, _ := b.int32Of(tag)
	return n
}

// int32Of returns the value of a PtypInteger32 property.
func (b *bag) int32Of(tag mapi.Tag) (int32, bool) {
	if it := b.find(tag); it != nil && it.tag == tag {
		return int32At(it.value.entry[:]), true
	}
	return 0, false
}
