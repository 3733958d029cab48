// Package session is the message session: it owns every message opened or made
// in it, with attachments, embedded messages, streams, tables and handles, and
// closing it closes them all (OpenIMsgSession and CloseIMsgSession of MAPI).
//
// A [Session] opens a [Message] on a [Storage]: a [File], which is replaced all
// at once, a [Memory], or a [ReaderStorage]. Messages and attachments are
// objects with properties ([Object], IMAPIProp): GetProps, SetProps,
// OpenProperty, CopyTo and so on. Names and codes are those of MAPI. An error is
// or wraps a [mapi.Code]; what counts as success there, warnings and problem
// arrays, is returned as data. Programs that work on whole messages use
// Snapshot and SetContents instead, which are views of the same state.
//
// # What MAPI leaves open, decided here
//
// Close is idempotent and may be called while others use the session: what they
// do afterwards fails with MAPI_E_INVALID_OBJECT. Changes that were not saved
// are dropped. Each message's released function runs exactly once, after the
// last object of that message is gone, in the order in which the messages were
// opened. After Close nothing can be opened.
//
// Releasing an object ends what was opened through it. An attachment or embedded
// message that is open already is given out once more, with the access of its
// first open, and takes a Release for each. Streams for reading are
// independent; while one is open for writing the property cannot be opened
// again.
//
// SaveChanges without flags leaves the object as it was, as KeepOpenReadWrite
// does. Strings are UTF-8 in Go; whether a caller sees them as PtypString or
// PtypString8 is only a matter of the tag.
//
// # Saving
//
// A change of an attachment shows in its message after the attachment's
// SaveChanges, a change of an embedded message in its attachment after the
// message's. Nothing is on disk until SaveChanges of the message at the top; it
// writes the whole message to its storage and commits that, unless the message
// was opened with [NoStorageCommit], which leaves the commit to the caller
// (IMSG_NO_ISTG_COMMIT).
//
// A message that was read keeps what nobody touched: properties of any tag and
// their order, also such as have an unknown type, the type PtypNull, or an id from
// 0x8000 on without a name; the attributes of properties; the bytes of strings, with
// the mark of the prefix that a subject may have; the named property map; the
// PidTagAttachSize of attachments; and foreign streams and storages in the storage
// of every object, which are those whose names do not begin with two underscores.
// Where a file breaks the rules so that it can be read in more than one way, saving
// it settles that: of two values of one property one stays, sizes, counts and
// numbers become right. Unknown entries with the id of a property that is set go.
//
// An ANSI file, one with 8-bit strings, stays in its code page. With text that the
// code page lacks characters of it becomes a Unicode file as a whole, which is
// reported (MAPI has no answer but question marks or MAPI_E_BAD_CHARWIDTH, the one
// a loss and the other a message that cannot be changed). [Unicode], which is
// MAPI_UNICODE, makes it Unicode in any case, SetCodePage what it says.
//
// # Memory
//
// The [Allocator] counts the values that messages hold. A call that would go
// over its limit fails with MAPI_E_NOT_ENOUGH_MEMORY and changes nothing. Large
// values are read where they are, and written ones kept in temporary files.
//
// # Handles
//
// A [Lease] is the set of handles given to one plugin process for one job. When
// the lease is revoked or the session closes, its handles answer
// MAPI_E_INVALID_OBJECT.
package session
