package session

import (
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// storageRows are OpenProperty of stored objects as IStorage, and IStorage.
var storageRows = []row{
	{"OpenProperty", "an OLE storage as IStorage", mapi.OK, func(f *fixture) mapi.Code {
		return result(withObject(f).OpenProperty(proptag.AttachDataObject, IIDStorage, 0))
	}},
	{"OpenProperty", "an OLE storage that is not there, as IStorage", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return result(f.a.OpenStorage(0))
	}},
	{"OpenProperty", "a new OLE storage", mapi.OK, func(f *fixture) mapi.Code { return result(f.a.OpenStorage(Create | Modify)) }},
	{"OpenProperty", "a new OLE storage in a read-only attachment", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return result(f.roA.OpenStorage(Create | Modify))
	}},
	{"OpenProperty", "an embedded message as IStorage", mapi.ErrInterfaceUnsupported, func(f *fixture) mapi.Code {
		em := must(f.a.OpenMessage(Create | Modify))
		if err := em.SaveChanges(); err != nil {
			return codeOf(err)
		}
		return result(f.a.OpenStorage(0))
	}},
	{"OpenProperty", "a message as IStorage", mapi.ErrInterfaceUnsupported, func(f *fixture) mapi.Code {
		return result(f.m.OpenProperty(subject, IIDStorage, 0))
	}},
	{"OpenProperty", "an OLE storage open for writing, once more", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		a := withObject(f)
		_ = must(a.OpenStorage(Modify))
		return result(a.OpenStorage(0))
	}},
	{"OpenProperty", "an OLE storage open for writing, as IStreamDocfile", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		a := withObject(f)
		_ = must(a.OpenStorage(Modify))
		return result(a.OpenStream(proptag.AttachDataObject, 0))
	}},
	{"OpenProperty", "an OLE storage after its Close", mapi.OK, func(f *fixture) mapi.Code {
		a := withObject(f)
		if err := must(a.OpenStorage(Modify)).Close(); err != nil {
			return codeOf(err)
		}
		return result(a.OpenStorage(Modify))
	}},
	{"IStorage::OpenStream", "a stream", mapi.OK, func(f *fixture) mapi.Code {
		r := must(must(withObject(f).OpenStorage(0)).OpenStream("contents", 0))
		return expect(string(must(io.ReadAll(r))) == "an object")
	}},
	{"IStorage::OpenStream", "not there", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(Modify)).OpenStream("other", Modify))
	}},
	{"IStorage::OpenStream", "a read-only storage, MAPI_MODIFY", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(0)).OpenStream("CONTENTS", Modify))
	}},
	{"IStorage::OpenStream", "a name that no stream can have", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(Modify)).OpenStream("a/b", Modify|Create))
	}},
	{"IStorage::OpenStream", "the name of a storage", mapi.ErrCollision, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(Modify)).OpenStream("Inner", Modify|Create))
	}},
	{"IStorage::OpenStream", "open for writing, once more", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		st := must(withObject(f).OpenStorage(Modify))
		_ = must(st.OpenStream("CONTENTS", Modify))
		return result(st.OpenStream("CONTENTS", 0))
	}},
	{"IStorage::OpenStorage", "a storage", mapi.OK, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(0)).OpenStorage("INNER", 0))
	}},
	{"IStorage::OpenStorage", "the name of a stream", mapi.ErrCollision, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(Modify)).OpenStorage("CONTENTS", Modify|Create))
	}},
	{"IStorage::OpenStorage", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code {
		return result(must(withObject(f).OpenStorage(0)).OpenStorage("INNER", 0x40))
	}},
	{"IStorage::DestroyElement", "a storage that is open", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		st := must(withObject(f).OpenStorage(Modify))
		inner := must(st.OpenStorage("Inner", 0))
		if err := st.Destroy("inner"); err != nil {
			return codeOf(err)
		}
		return result(inner.Elements())
	}},
	{"IStorage::DestroyElement", "not there", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return code(must(withObject(f).OpenStorage(Modify)).Destroy("other"))
	}},
	{"IStorage::SetClass", "a read-only storage", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return code(must(withObject(f).OpenStorage(0)).SetCLSID([16]byte{1}))
	}},
	{"IStorage", "after its Close", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		st := must(withObject(f).OpenStorage(Modify))
		if err := errors.Join(st.Close(), st.Close()); err != nil {
			return codeOf(err)
		}
		return result(st.Elements())
	}},
	{"IStorage", "a stream in it after its Close", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		st := must(withObject(f).OpenStorage(Modify))
		r := must(must(st.OpenStorage("Inner", 0)).OpenStream("Data", 0))
		_ = st.Close()
		return result(r.Read(make([]byte, 1)))
	}},
	{"IStorage", "after the Release of the attachment", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		st := must(withObject(f).OpenStorage(0))
		f.a.Release()
		return result(st.Elements())
	}},
	{"IStorage", "after the end of the session", mapi.ErrInvalidObject, func(f *fixture) mapi.Code {
		st := must(withObject(f).OpenStorage(Modify))
		w := must(st.OpenStream("CONTENTS", Modify))
		f.s.Close()
		return cmpCode(code(st.Commit()), code(w.Close()) == mapi.ErrInvalidObject && result(st.OpenStorage("Inner", 0)) == mapi.ErrInvalidObject)
	}},
}

// withObject gives the attachment of a fixture a stored object.
func withObject(f *fixture) *Attachment {
	st := must(f.a.OpenStorage(Create | Modify))
	w := must(st.OpenStream("CONTENTS", Create|Modify))
	_ = must(io.WriteString(w, "an object"))
	inner := must(st.OpenStorage("Inner", Create|Modify))
	d := must(inner.OpenStream("Data", Create|Modify))
	_ = must(d.Write(make([]byte, 5000)))
	if err := errors.Join(w.Close(), d.Close(), inner.SetCLSID([16]byte{7}), st.SetCLSID([16]byte{9}), st.Close()); err != nil {
		panic(err)
	}
	return f.a
}
