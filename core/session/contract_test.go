package session

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// A row of the contract: what a method answers in a situation.
type row struct {
	method    string
	situation string
	want      mapi.Code // of the call, or of the first problem it returns
	do        func(f *fixture) mapi.Code
}

// TestContract is the contract of MAPI as far as it holds here, a row for each
// method, situation and code: OpenIMsgSession, OpenIMsgOnIStg, IMAPIProp,
// IMessage, IAttach and IMAPITable, in that order. What a call does beyond its
// code is in the tests beside this one.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, r := range slices.Concat(sessionRows, propRows, openRows, copyRows, nameRows, saveRows, storageRows, messageRows, tableRows) {
		t.Run(r.method+"/"+r.situation, func(t *testing.T) {
			t.Parallel()
			if got := r.do(newFixture(t)); got != r.want {
				t.Errorf("%s, %s: %v, want %v", r.method, r.situation, got, r.want)
			}
		})
	}
}

// fixture is what every row starts from.
type fixture struct {
	t     *testing.T
	s     *Session
	st    *Memory
	m     *Message    // saved, open for changes: two recipients, an attachment, a named property
	a     *Attachment // of m, by value, open for changes
	ro    *Message    // the same message, read-only
	roA   *Attachment // of ro
	empty *Message    // new
}

// The properties that rows ask for.
const (
	absent  = proptag.InternetReferences
	subject = proptag.Subject
	long    = proptag.Body // of more than 4 KiB
)

var color = mapi.Name{Set: mapi.PSPublicStrings, Text: "Color"}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, s: open(t)}
	f.st = NewMemory(fixtureFile(t))
	f.m = must(f.s.OpenMessage(f.st, Unicode, nil, nil))
	f.a = must(f.m.OpenAttach(0, Modify))
	b := fixtureFile(t)
	f.ro = must(f.s.OpenMessage(NewReaderStorage(bytes.NewReader(b), int64(len(b))), Unicode, nil, nil))
	f.roA = must(f.ro.OpenAttach(0, BestAccess))
	f.empty = must(f.s.OpenMessage(NewMemory(nil), Unicode, nil, nil))
	return f
}

// fixtureFile is the message of a fixture.
func fixtureFile(t *testing.T) []byte {
	t.Helper()
	tree := new(mapi.Message)
	tree.Props.Set(proptag.MessageClass, "IPM.Note")
	tree.Props.Set(subject, "hello")
	tree.Props.Set(long, strings.Repeat("long ", 1000))
	tree.Props.Set(proptag.MessageFlags, int32(0))
	tree.Props.SetNamed(color, mapi.PtypString, "red")
	for i, name := range []string{"Ann", "Bob"} {
		tree.Recipients = append(tree.Recipients, mapi.Props{
			{Tag: proptag.RecipientType, Value: mapi.RecipientTo},
			{Tag: proptag.DisplayName, Value: name},
			{Tag: proptag.Rowid, Value: int32(i)},
		})
	}
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachDataBinary, []byte("data"))
	tree.Attachments = append(tree.Attachments, a)
	st := NewMemory(nil)
	m := must(open(t).OpenMessage(st, Unicode, nil, nil))
	if err := errors.Join(m.SetContents(tree), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	return st.Bytes()
}

// code returns the code of an error.
func code(err error) mapi.Code {
	if err == nil {
		return mapi.OK
	}
	return codeOf(err)
}

// result is code for a call that has a result.
func result[T any](_ T, err error) mapi.Code { return code(err) }

// warning is code for a call that may warn.
func warning[T any](_ T, warn mapi.Code, err error) mapi.Code {
	if err != nil {
		return codeOf(err)
	}
	return warn
}

// problem1 is code for a call with a problem array: the first problem counts.
func problem1(problems []PropProblem, err error) mapi.Code {
	if err == nil && len(problems) > 0 {
		return problems[0].Code
	}
	return code(err)
}

// perValue returns the code that GetProps has in place of a value.
func perValue(o *Object, tag mapi.Tag) mapi.Code {
	props, _, err := o.GetProps([]mapi.Tag{tag}, Unicode)
	if err != nil {
		return codeOf(err)
	}
	if c, ok := props[0].Value.(mapi.Code); ok && props[0].Tag.Type() == mapi.PtypErrorCode {
		return c
	}
	return mapi.OK
}

// expect returns S_OK when cond holds.
func expect(cond bool) mapi.Code {
	if cond {
		return mapi.OK
	}
	return mapi.ErrCallFailed
}

func one(tag mapi.Tag, v mapi.Value) mapi.Props { return mapi.Props{{Tag: tag, Value: v}} }
func tags(list ...mapi.Tag) []mapi.Tag          { return list }

var sessionRows = []row{
	{"OpenIMsgSession", "an allocator", mapi.OK, func(*fixture) mapi.Code { return result(Open(NewAllocator(1), 0)) }},
	{"OpenIMsgSession", "MAPI_UNICODE", mapi.OK, func(*fixture) mapi.Code { return result(Open(NewAllocator(1), Unicode)) }},
	{"OpenIMsgSession", "no allocator", mapi.ErrInvalidParameter, func(*fixture) mapi.Code { return result(Open(nil, 0)) }},
	{"OpenIMsgSession", "another flag", mapi.ErrUnknownFlags, func(*fixture) mapi.Code { return result(Open(NewAllocator(1), 2)) }},
	{"CloseIMsgSession", "twice", mapi.OK, func(f *fixture) mapi.Code { f.s.Close(); f.s.Close(); return mapi.OK }},
	{"CloseIMsgSession", "then open a message", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		f.s.Close()
		return result(f.s.OpenMessage(NewMemory(nil), 0, nil, nil))
	}},
	{"CloseIMsgSession", "then use a message", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		f.s.Close()
		return result(f.m.GetPropList(0))
	}},
	{"CloseIMsgSession", "then use an attachment", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		f.s.Close()
		return problem1(f.a.SetProps(one(subject, "x")))
	}},
	{"CloseIMsgSession", "then use a table", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		table := must(f.m.GetRecipientTable(0))
		f.s.Close()
		return result(table.QueryRows(1, 0))
	}},
	{"CloseIMsgSession", "then use a stream", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		stream := must(f.m.OpenStream(long, 0))
		f.s.Close()
		return result(stream.Read(make([]byte, 1)))
	}},
	{"CloseIMsgSession", "then close a stream that was written", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		stream := must(f.m.OpenStream(absent, Create|Modify))
		f.s.Close()
		return code(stream.Close())
	}},
	{"CloseIMsgSession", "then save", mapi.ErrInvalidObject, func(f *fixture) mapi.Code { f.s.Close(); return code(f.m.SaveChanges()) }},
	{"OpenIMsgOnIStg", "no storage", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return result(f.s.OpenMessage(nil, 0, nil, nil)) }},
	{"OpenIMsgOnIStg", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code {
		return result(f.s.OpenMessage(NewMemory(nil), 2, nil, nil))
	}},
	{"OpenIMsgOnIStg", "an empty storage is a new message", mapi.OK, func(f *fixture) mapi.Code {
		return result(f.s.OpenMessage(NewMemory(nil), Unicode|NoStorageCommit, nil, nil))
	}},
	{"OpenIMsgOnIStg", "no session", mapi.OK, func(*fixture) mapi.Code {
		return result(OpenMessage(NewAllocator(1), NewMemory(nil), 0, nil, nil))
	}},
	{"OpenIMsgOnIStg", "no session and no allocator", mapi.ErrInvalidParameter, func(*fixture) mapi.Code {
		return result(OpenMessage(nil, NewMemory(nil), 0, nil, nil))
	}},
	{"MapStorageSCode", "S_OK", mapi.OK, func(*fixture) mapi.Code { return MapStorageSCode(0) }},
	{"MapStorageSCode", "STG_E_ACCESSDENIED", mapi.ErrNoAccess, func(*fixture) mapi.Code { return MapStorageSCode(0x80030005) }},
	{"MapStorageSCode", "STG_E_FILENOTFOUND", mapi.ErrNotFound, func(*fixture) mapi.Code { return MapStorageSCode(0x80030002) }},
	{"MapStorageSCode", "STG_E_MEDIUMFULL", mapi.ErrNotEnoughDisk, func(*fixture) mapi.Code { return MapStorageSCode(0x80030070) }},
	{"MapStorageSCode", "STG_E_NOTCURRENT", mapi.ErrObjectChanged, func(*fixture) mapi.Code { return MapStorageSCode(0x80030101) }},
	{"MapStorageSCode", "nothing matches", mapi.ErrCallFailed, func(*fixture) mapi.Code { return MapStorageSCode(0x80039999) }},
	{"GetAttribIMsgOnIStg", "a property", mapi.OK, func(f *fixture) mapi.Code {
		attrs, code, err := f.m.GetAttribIMsgOnIStg(tags(subject, absent))
		return cmpCode(warning(attrs, code, err), slices.Equal(attrs, []uint32{AttrReadable | AttrWritable, AttrNotPresent}))
	}},
	{"GetAttribIMsgOnIStg", "no tags", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return warning(f.m.GetAttribIMsgOnIStg(nil)) }},
	{"GetAttribIMsgOnIStg", "a tag of type PT_ERROR", mapi.WarnErrorsReturned, func(f *fixture) mapi.Code {
		return warning(f.m.GetAttribIMsgOnIStg(tags(subject.WithType(mapi.PtypErrorCode))))
	}},
	{"SetAttribIMsgOnIStg", "a property", mapi.OK, func(f *fixture) mapi.Code {
		return problem1(f.m.SetAttribIMsgOnIStg(tags(subject), []uint32{AttrReadable}))
	}},
	{"SetAttribIMsgOnIStg", "a property that is not there", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return problem1(f.m.SetAttribIMsgOnIStg(tags(absent), []uint32{AttrReadable}))
	}},
	{"SetAttribIMsgOnIStg", "counts that differ", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return problem1(f.m.SetAttribIMsgOnIStg(tags(subject), nil))
	}},
	{"SetAttribIMsgOnIStg", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return problem1(f.ro.SetAttribIMsgOnIStg(tags(subject), []uint32{0}))
	}},
}

// cmpCode is c, or a failure of the test when cond does not hold.
func cmpCode(c mapi.Code, cond bool) mapi.Code {
	if !cond {
		return mapi.ErrCallFailed
	}
	return c
}

var propRows = []row{
	{"GetLastError", "nothing to add", mapi.OK, func(f *fixture) mapi.Code {
		text, err := f.m.GetLastError(mapi.ErrNotFound, 0)
		return cmpCode(code(err), text == "")
	}},
	{"GetLastError", "after a failure", mapi.OK, func(f *fixture) mapi.Code {
		_, _ = f.m.OpenAttach(77, 0)
		text, err := f.m.GetLastError(mapi.ErrNotFound, Unicode)
		return cmpCode(code(err), strings.Contains(text, "attachment 77"))
	}},
	{"GetLastError", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return result(f.m.GetLastError(0, 1)) }},
	{"GetProps", "all there", mapi.OK, func(f *fixture) mapi.Code { return warning(f.m.GetProps(tags(subject), Unicode)) }},
	{"GetProps", "an empty list", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return warning(f.m.GetProps([]mapi.Tag{}, 0)) }},
	{"GetProps", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return warning(f.m.GetProps(nil, 2)) }},
	{"GetProps", "one is missing", mapi.WarnErrorsReturned, func(f *fixture) mapi.Code { return warning(f.m.GetProps(tags(subject, absent), 0)) }},
	{"GetProps", "the value that is missing", mapi.ErrNotFound, func(f *fixture) mapi.Code { return perValue(&f.m.Object, absent) }},
	{"GetProps", "a value of another type", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return perValue(&f.m.Object, subject.WithType(mapi.PtypBinary))
	}},
	{"GetProps", "a value that is too long", mapi.ErrNotEnoughMemory, func(f *fixture) mapi.Code { return perValue(&f.m.Object, long) }},
	{"GetProps", "a value below a higher limit", mapi.OK, func(f *fixture) mapi.Code {
		f.s.SetPropLimit(1 << 20)
		return perValue(&f.m.Object, long)
	}},
	{"GetProps", "an object", mapi.ErrNotEnoughMemory, func(f *fixture) mapi.Code { return perValue(&f.m.Object, attachmentsTag) }},
	{"GetProps", "a property that is not readable", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		_, _ = f.m.SetAttribIMsgOnIStg(tags(subject), []uint32{AttrWritable})
		return perValue(&f.m.Object, subject)
	}},
	{"GetProps", "no list and no properties", mapi.OK, func(f *fixture) mapi.Code {
		props, warn, err := f.empty.GetProps(nil, 0)
		return cmpCode(warning(props, warn, err), len(props) == 0)
	}},
	{"GetProps", "PT_UNSPECIFIED with MAPI_UNICODE", mapi.OK, func(f *fixture) mapi.Code {
		props, warn, err := f.m.GetProps(tags(subject.WithType(0)), Unicode)
		return cmpCode(warning(props, warn, err), props[0].Tag == subject)
	}},
	{"GetProps", "PT_UNSPECIFIED without", mapi.OK, func(f *fixture) mapi.Code {
		props, warn, err := f.m.GetProps(tags(subject.WithType(0)), 0)
		return cmpCode(warning(props, warn, err), props[0].Tag == subject.WithType(mapi.PtypString8) && props[0].Value == "hello")
	}},
	{"GetProps", "the order asked", mapi.OK, func(f *fixture) mapi.Code {
		props, warn, err := f.m.GetProps(tags(proptag.MessageFlags, subject, proptag.AccessLevel), Unicode)
		return cmpCode(warning(props, warn, err), fmt.Sprint(props[0].Value, "-", props[1].Value, "-", props[2].Value) == "0-hello-1")
	}},
	{"GetPropList", "objects included", mapi.OK, func(f *fixture) mapi.Code {
		list, err := f.m.GetPropList(Unicode)
		return cmpCode(code(err), slices.Contains(list, recipientsTag) && slices.Contains(list, attachmentsTag) && slices.Contains(list, subject))
	}},
	{"GetPropList", "nothing there", mapi.OK, func(f *fixture) mapi.Code {
		list, err := f.empty.GetPropList(0)
		return cmpCode(code(err), len(list) == 0)
	}},
	{"GetPropList", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return result(f.m.GetPropList(2)) }},
	{"SetProps", "a property", mapi.OK, func(f *fixture) mapi.Code { return problem1(f.m.SetProps(one(subject, "new"))) }},
	{"SetProps", "no properties", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return problem1(f.m.SetProps(nil)) }},
	{"SetProps", "a PT_OBJECT", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(attachmentsTag, nil)))
	}},
	{"SetProps", "several values, none there", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(absent.WithType(mapi.PtypMultipleString), []string{})))
	}},
	{"SetProps", "PT_NULL and PT_ERROR are ignored", mapi.OK, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(mapi.Props{{Tag: 1}, {Tag: subject.WithType(mapi.PtypErrorCode), Value: mapi.ErrNotFound}}))
	}},
	{"SetProps", "what is computed", mapi.ErrComputed, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(proptag.AccessLevel, int32(1))))
	}},
	{"SetProps", "a type that does not exist", mapi.ErrInvalidType, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(subject.WithType(0x99), "x")))
	}},
	{"SetProps", "a value of another type", mapi.ErrUnexpectedType, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(subject, int32(1))))
	}},
	{"SetProps", "an id without a name", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(0x9999001F, "x")))
	}},
	{"SetProps", "a property that is read-only", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		_, _ = f.m.SetAttribIMsgOnIStg(tags(subject), []uint32{AttrReadable})
		return problem1(f.m.SetProps(one(subject, "x")))
	}},
	{"SetProps", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return problem1(f.ro.SetProps(one(subject, "x"))) }},
	{"SetProps", "a property with a stream open", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		must(f.m.OpenStream(subject, Modify))
		return problem1(f.m.SetProps(one(subject, "x")))
	}},
	{"SetProps", "more than the allocator has", mapi.ErrNotEnoughMemory, func(f *fixture) mapi.Code {
		return problem1(f.m.SetProps(one(subject, strings.Repeat("x", 65<<20))))
	}},
	{"DeleteProps", "by id, whatever the type", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		if c := problem1(f.m.DeleteProps(tags(subject.WithType(mapi.PtypBinary)))); c != mapi.OK {
			return c
		}
		return perValue(&f.m.Object, subject)
	}},
	{"DeleteProps", "no tags", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return problem1(f.m.DeleteProps(nil)) }},
	{"DeleteProps", "a property that is not there", mapi.ErrNotFound, func(f *fixture) mapi.Code { return problem1(f.m.DeleteProps(tags(absent))) }},
	{"DeleteProps", "a property that is mandatory", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return problem1(f.a.DeleteProps(tags(proptag.AttachMethod)))
	}},
	{"DeleteProps", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return problem1(f.ro.DeleteProps(tags(subject))) }},
	{"DeleteProps", "PR_MESSAGE_RECIPIENTS empties the list", mapi.OK, func(f *fixture) mapi.Code {
		c := problem1(f.m.DeleteProps(tags(recipientsTag)))
		return cmpCode(c, len(must(f.m.Snapshot()).Recipients) == 0)
	}},
}

var openRows = []row{
	{"OpenProperty", "a string as a stream", mapi.OK, func(f *fixture) mapi.Code { return result(f.m.OpenProperty(long, IIDStream, 0)) }},
	{"OpenProperty", "PT_UNSPECIFIED", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(subject.WithType(0), IIDStream, 0))
	}},
	{"OpenProperty", "MAPI_CREATE without MAPI_MODIFY", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(subject, IIDStream, Create))
	}},
	{"OpenProperty", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return result(f.m.OpenProperty(subject, IIDStream, 0x80)) }},
	{"OpenProperty", "not there", mapi.ErrNotFound, func(f *fixture) mapi.Code { return result(f.m.OpenProperty(absent, IIDStream, 0)) }},
	{"OpenProperty", "not there, MAPI_MODIFY", mapi.ErrNotFound, func(f *fixture) mapi.Code { return result(f.m.OpenProperty(absent, IIDStream, Modify)) }},
	{"OpenProperty", "not there, MAPI_CREATE", mapi.OK, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(absent, IIDStream, Create|Modify))
	}},
	{"OpenProperty", "a number as a stream", mapi.ErrInterfaceUnsupported, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(proptag.MessageFlags, IIDStream, 0))
	}},
	{"OpenProperty", "a string as a message", mapi.ErrInterfaceUnsupported, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(subject, IIDMessage, 0))
	}},
	{"OpenProperty", "a read-only message, MAPI_MODIFY", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return result(f.ro.OpenProperty(subject, IIDStream, Modify))
	}},
	{"OpenProperty", "a stream open for writing, once more", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		must(f.m.OpenStream(subject, Modify))
		return result(f.m.OpenProperty(subject, IIDStream, 0))
	}},
	{"OpenProperty", "PR_MESSAGE_RECIPIENTS as a table", mapi.OK, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(recipientsTag, IIDTable, 0))
	}},
	{"OpenProperty", "PR_MESSAGE_ATTACHMENTS as a table", mapi.OK, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(attachmentsTag, IIDTable, 0))
	}},
	{"OpenProperty", "a message that the attachment lacks", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		_, _ = f.a.DeleteProps(tags(proptag.AttachDataBinary))
		return result(f.a.OpenMessage(0))
	}},
	{"OpenProperty", "a new message", mapi.OK, func(f *fixture) mapi.Code { return result(f.a.OpenMessage(Create | Modify)) }},
	{"OpenProperty", "a new message in a read-only attachment", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return result(f.roA.OpenMessage(Create | Modify))
	}},
	{"OpenProperty", "an OLE storage that is not there", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return result(f.a.OpenStream(proptag.AttachDataObject, 0))
	}},
	{"IStream", "write to a stream for reading", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return result(must(f.m.OpenStream(long, 0)).Write([]byte("x")))
	}},
	{"IStream", "commit an OLE storage that is none", mapi.ErrCorruptData, func(f *fixture) mapi.Code {
		s := must(f.a.OpenStream(proptag.AttachDataObject, Create|Modify))
		must(s.Write([]byte("no compound file")))
		return code(s.Commit())
	}},
	{"IStream", "seek before the start", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return result(must(f.m.OpenStream(long, 0)).Seek(-1, io.SeekStart))
	}},
	{"IStream", "after the release of its object", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		s := must(f.a.OpenStream(proptag.AttachDataBinary, 0))
		f.a.Release()
		return result(s.Read(make([]byte, 1)))
	}},
}

var copyRows = []row{
	{"CopyTo", "a new message", mapi.OK, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(f.empty, nil, 0)) }},
	{"CopyTo", "no target", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(nil, nil, 0)) }},
	{"CopyTo", "an exclude list that is empty", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(f.empty, []mapi.Tag{}, 0)) }},
	{"CopyTo", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(f.empty, nil, 0x100)) }},
	{"CopyTo", "itself", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(f.m, nil, 0)) }},
	{"CopyTo", "a read-only target", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(f.ro, nil, 0)) }},
	{"CopyTo", "MAPI_MOVE from a read-only source", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return problem1(f.ro.CopyTo(f.empty, nil, Move)) }},
	{"CopyTo", "an attachment as the target of a message", mapi.ErrInterfaceUnsupported, func(f *fixture) mapi.Code { return problem1(f.m.CopyTo(f.a, nil, 0)) }},
	{"CopyTo", "a message inside itself", mapi.ErrFolderCycle, func(f *fixture) mapi.Code {
		return problem1(f.m.CopyTo(must(f.a.OpenMessage(Create|Modify)), nil, 0))
	}},
	{"CopyTo", "MAPI_NOREPLACE and a property that is there", mapi.ErrCollision, func(f *fixture) mapi.Code {
		_, _ = f.empty.SetProps(one(subject, "mine"))
		problems, err := f.m.CopyTo(f.empty, nil, NoReplace)
		return cmpCode(problem1(problems, err), must(f.empty.Snapshot()).Props.String(subject) == "mine" && len(problems) == 1)
	}},
	{"CopyTo", "excluded by id", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		_, _ = f.m.CopyTo(f.empty, tags(subject.WithType(mapi.PtypBinary), recipientsTag, attachmentsTag), 0)
		m := must(f.empty.Snapshot())
		return cmpCode(perValue(&f.empty.Object, subject), m.Recipients == nil && m.Attachments == nil)
	}},
	{"CopyTo", "MAPI_MOVE", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		_, _ = f.m.CopyTo(f.empty, nil, Move)
		return cmpCode(perValue(&f.m.Object, subject), len(must(f.m.Snapshot()).Recipients) == 0)
	}},
	{"CopyTo", "one attachment into another", mapi.OK, func(f *fixture) mapi.Code { return problem1(f.a.CopyTo(must(f.empty.CreateAttach(0)), nil, 0)) }},
	{"CopyProps", "no list", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return problem1(f.m.CopyProps(f.empty, nil, 0)) }},
	{"CopyProps", "PR_NULL", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return problem1(f.m.CopyProps(f.empty, tags(1), 0)) }},
	{"CopyProps", "a property that is not there", mapi.ErrNotFound, func(f *fixture) mapi.Code { return problem1(f.m.CopyProps(f.empty, tags(absent), 0)) }},
	{"CopyProps", "the lists", mapi.OK, func(f *fixture) mapi.Code {
		c := problem1(f.m.CopyProps(f.empty, tags(recipientsTag, attachmentsTag), 0))
		m := must(f.empty.Snapshot())
		return cmpCode(c, len(m.Recipients) == 2 && len(m.Attachments) == 1 && !m.Props.Has(subject))
	}},
}

var nameRows = []row{
	{"GetNamesFromIDs", "an id", mapi.OK, func(f *fixture) mapi.Code {
		_, names, warn, err := f.m.GetNamesFromIDs(tags(0x80000000), mapi.GUID{}, 0)
		return cmpCode(warning(names, warn, err), names[0] == color)
	}},
	{"GetNamesFromIDs", "an id without a name", mapi.WarnErrorsReturned, func(f *fixture) mapi.Code {
		_, names, warn, err := f.m.GetNamesFromIDs(tags(0x90000000), mapi.GUID{}, 0)
		return warning(names, warn, err)
	}},
	{"GetNamesFromIDs", "no list: all names", mapi.OK, func(f *fixture) mapi.Code {
		ids, names, warn, err := f.m.GetNamesFromIDs(nil, mapi.GUID{}, 0)
		return cmpCode(warning(names, warn, err), len(ids) == 1 && names[0] == color)
	}},
	{"GetNamesFromIDs", "another property set", mapi.OK, func(f *fixture) mapi.Code {
		_, names, warn, err := f.m.GetNamesFromIDs(nil, mapi.PSMAPI, 0)
		return cmpCode(warning(names, warn, err), len(names) == 0)
	}},
	{"GetNamesFromIDs", "MAPI_NO_STRINGS leaves numbers", mapi.OK, func(f *fixture) mapi.Code {
		_, names, warn, err := f.m.GetNamesFromIDs(nil, mapi.GUID{}, NoStrings)
		return cmpCode(warning(names, warn, err), len(names) == 0)
	}},
	{"GetNamesFromIDs", "an empty list", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		_, names, warn, err := f.m.GetNamesFromIDs([]mapi.Tag{}, mapi.GUID{}, 0)
		return warning(names, warn, err)
	}},
	{"GetIDsFromNames", "a name that is there", mapi.OK, func(f *fixture) mapi.Code {
		ids, warn, err := f.m.GetIDsFromNames([]mapi.Name{color}, 0)
		return cmpCode(warning(ids, warn, err), ids[0] == 0x80000000)
	}},
	{"GetIDsFromNames", "a name that is not", mapi.WarnErrorsReturned, func(f *fixture) mapi.Code {
		ids, warn, err := f.empty.GetIDsFromNames([]mapi.Name{color}, 0)
		return cmpCode(warning(ids, warn, err), ids[0] == 0x0000000A)
	}},
	{"GetIDsFromNames", "MAPI_CREATE", mapi.OK, func(f *fixture) mapi.Code {
		ids, warn, err := f.empty.GetIDsFromNames([]mapi.Name{color, {Set: mapi.PSMAPI, ID: 3}, color}, CreateNames)
		return cmpCode(warning(ids, warn, err), slices.Equal(ids, tags(0x80000000, 0x80010000, 0x80000000)))
	}},
	{"GetIDsFromNames", "MAPI_CREATE without names", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return warning(f.m.GetIDsFromNames(nil, CreateNames)) }},
	{"GetIDsFromNames", "MAPI_CREATE on a read-only message", mapi.WarnErrorsReturned, func(f *fixture) mapi.Code {
		return warning(f.ro.GetIDsFromNames([]mapi.Name{{Set: mapi.PSMAPI, ID: 3}}, CreateNames))
	}},
	{"GetIDsFromNames", "no list: all ids", mapi.OK, func(f *fixture) mapi.Code {
		ids, warn, err := f.a.GetIDsFromNames(nil, 0)
		return cmpCode(warning(ids, warn, err), len(ids) == 1)
	}},
}
