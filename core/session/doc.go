// Package session is the message session: it owns every message opened or made
// in it, with attachments, embedded messages, streams and handles, and closing
// it closes them all (OpenIMsgSession and CloseIMsgSession of MAPI).
//
// # What MAPI leaves open, decided here
//
// Close is idempotent and may be called while others use the session: what they
// do afterwards fails with MAPI_E_INVALID_OBJECT. Changes that were not saved
// are dropped. Each message's released function runs exactly once, after the
// last object of that message is gone, in the order in which the messages were
// opened. After Close nothing can be opened.
//
// # Saving
//
// Nothing is on disk until [Message.SaveChanges]; it writes the whole message
// to its [Storage] and commits that, unless the message was opened with
// [NoStorageCommit], which leaves the commit to the caller
// (IMSG_NO_ISTG_COMMIT).
//
// # Handles
//
// A [Lease] is the set of handles given to one plugin process for one job. When
// the lease is revoked or the session closes, its handles answer
// MAPI_E_INVALID_OBJECT.
package session
