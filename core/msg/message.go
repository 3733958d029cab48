package msg

import (
	"cmp"
	"slices"
	"strconv"
	"sync"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// reader is one walk through the tree of a file.
type reader struct {
	f       *File
	objects int             // read so far
	props   int             // read so far
	memory  int64           // bytes of values read so far
	said    map[string]bool // limits already reported
	spent   int64           // bytes allocated, of those that may be
	high    int64           // of these, bytes for what serves all objects
	extra   *Extra          // of the object read last

	// Memory for one object after the other.
	contents contents
	places   places
	found    kept   // what the tree has no place for
	tell     teller // the problems of the object
	raw      []byte // a property stream
	coded    []byte // a string as stored
}

// readers holds the readers of messages that are read.
var readers = sync.Pool{New: func() any { return new(reader) }}

// release makes the memory of r ready for another message.
func (r *reader) release() {
	r.contents.reset()
	r.places.reset()
	r.found.reset()
	r.tell.reset(nil, nil)
	if cap(r.contents.list)+cap(r.places.list) > 1<<12 || cap(r.raw)+cap(r.coded) > 1<<20 {
		return
	}
	r.f, r.objects, r.props, r.memory, r.spent, r.high, r.said, r.extra = nil, 0, 0, 0, 0, 0, nil, nil
	readers.Put(r)
}

// Message reads the whole tree. Values of more than ReadOptions.Inline bytes,
// and storages other than embedded messages, are a [mapi.Large] that reads from
// the file when it is opened. The tree is the caller's.
//
// Strings are PtypString: 8-bit ones are decoded by the code page of their
// message. Named properties have their Name, and the id of this file in Tag.
// The data of an embedded message is in Attachment.Embedded alone. HTML stored
// as a Unicode string is PidTagBodyHtml, as an 8-bit one PidTagHtml.
//
// What could not be read in full is reported; report may be nil. Of one kind of
// problem an object has 8 at most, then comes how many more there are; a file has
// 4,096 at most, fewer if it is small. The error is the reader's own, or that the
// outermost message is unreadable.
//
// Time is linear in the size of the file, and less than 4 times that size and
// 1 MiB are allocated: properties for which that is not enough are left out and
// reported. A property takes 64 bytes and its value, its entry has 16, so only
// files of little but entries come to that, with 13,000 of them or more.
func (f *File) Message(report problem.Reporter) (*mapi.Message, error) {
	m, _, err := f.MessageExtra(report)
	return m, err
}

// MessageExtra is Message and what the tree has no place for, which goes into
// WriteOptions.Extra to keep it, and names the code page of an ANSI file. The
// Extra reads from the file when it is written.
func (f *File) MessageExtra(report problem.Reporter) (*mapi.Message, *Extra, error) {
	report = limitProblems(report, f.size)
	for _, p := range f.notes {
		report.Report(p)
	}
	r := readers.Get().(*reader)
	defer r.release()
	r.f = f
	m, err := r.message(f.cfb.Root(), scope{header: rootHeader, page: codepage.Windows, report: report})
	if st := f.cfb.Root().Storage(nameStorage); st != nil && err == nil {
		r.extra.mapping = st
	}
	return m, r.extra, err
}

// scope is what an object takes from the one around it.
type scope struct {
	header int // bytes before the entries of its property stream
	page   int // code page of 8-bit strings
	depth  int // embedded messages around it
	report problem.Reporter
}

// under returns the scope of child i of a kind.
func (s scope) under(kind string, i, header int) scope {
	s.header, s.report = header, under(s.report, kind, i)
	return s
}

// under returns the reporter for child i of a kind.
func under(report problem.Reporter, kind string, i int) problem.Reporter {
	if report == nil {
		return nil
	}
	return func(p problem.Problem) { report.Under(kind + " " + strconv.Itoa(i))(p) } // few objects have problems
}

// seal returns the Extra of the object read last, which is as it was read.
func (r *reader) seal() *Extra {
	r.spent += extraCost
	x := r.extra.clone()
	x.sealed = true
	return x
}

// message reads the message in st, itself and everything below.
func (r *reader) message(st *cfb.Storage, sc scope) (*mapi.Message, error) {
	c, err := r.scan(st, sc.header, sc.report)
	if err != nil {
		return nil, err
	}
	sc.page = stringPage(c.int32, sc.page)
	r.found.page = c.ansi(sc.page)
	m := new(mapi.Message)
	if m.Props, err = r.load(st, c, sc); err != nil {
		return nil, err
	}
	extra := r.seal()
	var rx, ax []*Extra
	list := children(st, recipientPrefix)
	for i, s := range list {
		if !r.another(sc.report) {
			break
		}
		p, err := r.child(s, sc.under("recipient", i, childHeader))
		if err != nil {
			return nil, err
		}
		if p != nil {
			rx = putAt(rx, len(m.Recipients), len(list), r.extra)
			m.Recipients = append(m.Recipients, p)
		}
	}
	list = children(st, attachmentPrefix)
	for i, s := range list {
		if !r.another(sc.report) {
			break
		}
		a, err := r.attachment(s, sc.under("attachment", i, childHeader))
		if err != nil {
			return nil, err
		}
		if a != nil {
			ax = putAt(ax, len(m.Attachments), len(list), r.extra)
			m.Attachments = append(m.Attachments, a)
		}
	}
	r.extra = extra.withList(rx, ax)
	return m, nil
}

// children returns the storages in st with the prefix by number; the numbers
// may have gaps.
func children(st *cfb.Storage, prefix string) []*cfb.Storage {
	type numbered struct {
		n       uint64
		storage *cfb.Storage
	}
	var list []numbered
	for _, s := range st.Storages() {
		if hex, ok := cutPrefixFold(s.Name(), prefix); ok {
			n, err := strconv.ParseUint(hex, 16, 32)
			if err != nil {
				n = 1 << 32 // what has no number comes last
			}
			list = append(list, numbered{n, s})
		}
	}
	slices.SortStableFunc(list, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	storages := make([]*cfb.Storage, len(list))
	for i := range list {
		storages[i] = list[i].storage
	}
	return storages
}

// child reads the properties of a recipient, nil if it has none.
func (r *reader) child(st *cfb.Storage, sc scope) (mapi.Props, error) {
	c, err := r.scan(st, sc.header, sc.report)
	if err != nil {
		return nil, err
	}
	p, err := r.load(st, c, sc)
	if err == nil && len(p) == 0 {
		sc.report.Report(problem.Problem{Code: "msg.object.damaged", Severity: problem.Loss, Part: st.Path(), Detail: "the object is empty; it was left out"})
		return nil, nil
	}
	return p, err
}

// attachment reads an attachment and, with method 5, the message in it
// ([MS-OXMSG] 2.2.2). It is nil if there is nothing to read.
func (r *reader) attachment(st *cfb.Storage, sc scope) (*mapi.Attachment, error) {
	p, err := r.child(st, sc)
	if p == nil || err != nil {
		return nil, err
	}
	a := &mapi.Attachment{Props: p}
	r.extra = r.seal()
	method, _ := p.Int32(proptag.AttachMethod)
	v, _ := p.Get(proptag.AttachDataObject)
	if method != mapi.AttachEmbeddedMessage {
		return a, nil
	}
	data, ok := v.(*largeStorage)
	if !ok || data.storage.Stream(propertyStream) == nil {
		sc.report.Report(problem.Problem{Code: "msg.attachment.data", Severity: problem.Loss, Tag: proptag.AttachDataObject,
			Detail: "the attachment is said to be a message but holds none"})
		return a, nil
	}
	if sc.depth >= r.f.opt.MaxDepth || !r.take(&r.objects, 1, r.f.opt.MaxObjects, "objects", sc.report) {
		data.names = r.f.cfb.Root().Storage(nameStorage)
		sc.report.Report(problem.Problem{Code: "msg.limit", Severity: problem.Info, Tag: proptag.AttachDataObject,
			Detail: "messages are embedded too deep; this one was kept as a file"})
		return a, nil
	}
	sc.header, sc.report = embeddedHeader, sc.report.Under("embedded")
	sc.depth++
	extra := r.extra
	if a.Embedded, err = r.message(data.storage, sc); err != nil {
		return nil, err
	}
	r.extra = extra.withEmbedded(r.extra).withDataAt(slices.IndexFunc(a.Props, func(p mapi.Prop) bool { return p.Tag == proptag.AttachDataObject }))
	a.Props.Delete(proptag.AttachDataObject)
	return a, nil
}
