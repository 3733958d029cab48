package session

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// storageCodes maps the errors of structured storage to MAPI's.
//
// SPEC: Microsoft publishes no such table; this one goes by what the codes
// mean.
var storageCodes = map[uint32]mapi.Code{
	0x80030001: mapi.ErrInvalidParameter,   // STG_E_INVALIDFUNCTION
	0x80030002: mapi.ErrNotFound,           // STG_E_FILENOTFOUND
	0x80030003: mapi.ErrNotFound,           // STG_E_PATHNOTFOUND
	0x80030004: mapi.ErrNotEnoughResources, // STG_E_TOOMANYOPENFILES
	0x80030005: mapi.ErrNoAccess,           // STG_E_ACCESSDENIED
	0x80030006: mapi.ErrInvalidParameter,   // STG_E_INVALIDHANDLE
	0x80030008: mapi.ErrNotEnoughMemory,    // STG_E_INSUFFICIENTMEMORY
	0x80030009: mapi.ErrInvalidParameter,   // STG_E_INVALIDPOINTER
	0x80030013: mapi.ErrNoAccess,           // STG_E_DISKISWRITEPROTECTED
	0x80030019: mapi.ErrDisk,               // STG_E_SEEKERROR
	0x8003001D: mapi.ErrDisk,               // STG_E_WRITEFAULT
	0x8003001E: mapi.ErrDisk,               // STG_E_READFAULT
	0x80030020: mapi.ErrNoAccess,           // STG_E_SHAREVIOLATION
	0x80030021: mapi.ErrNoAccess,           // STG_E_LOCKVIOLATION
	0x80030050: mapi.ErrCollision,          // STG_E_FILEALREADYEXISTS
	0x80030057: mapi.ErrInvalidParameter,   // STG_E_INVALIDPARAMETER
	0x80030070: mapi.ErrNotEnoughDisk,      // STG_E_MEDIUMFULL
	0x800300FB: mapi.ErrCorruptData,        // STG_E_INVALIDHEADER
	0x800300FC: mapi.ErrInvalidParameter,   // STG_E_INVALIDNAME
	0x800300FF: mapi.ErrInvalidParameter,   // STG_E_INVALIDFLAG
	0x80030101: mapi.ErrObjectChanged,      // STG_E_NOTCURRENT
	0x80030102: mapi.ErrObjectDeleted,      // STG_E_REVERTED
	0x80030104: mapi.ErrVersion,            // STG_E_OLDFORMAT
	0x80030105: mapi.ErrVersion,            // STG_E_OLDDLL
	0x80030109: mapi.ErrCorruptData,        // STG_E_DOCFILECORRUPT
}

// MapStorageSCode returns the MAPI code for an error code of structured storage.
// S_OK stays what it is, codes of MAPI too, and MAPI_E_CALL_FAILED stands for
// what has no counterpart.
func MapStorageSCode(scode uint32) mapi.Code {
	const facilityStorage = 0x8003
	if c, ok := storageCodes[scode]; ok {
		return c
	}
	if scode == 0 || scode>>16 != facilityStorage && mapi.Code(scode).String()[0] != '0' {
		return mapi.Code(scode)
	}
	return mapi.ErrCallFailed
}

// diskErrors maps the errors of files to MAPI's, the first that matches.
var diskErrors = []struct {
	err  error
	code mapi.Code
}{
	{fs.ErrPermission, mapi.ErrNoAccess},
	{fs.ErrNotExist, mapi.ErrNotFound},
	{syscall.EROFS, mapi.ErrNoAccess},
	{syscall.ENOSPC, mapi.ErrNotEnoughDisk},
	{syscall.EMFILE, mapi.ErrNotEnoughResources},
	{syscall.ENFILE, mapi.ErrNotEnoughResources},
	{syscall.ENOMEM, mapi.ErrNotEnoughMemory},
}

// diskError adds the MAPI code to an error of the file system.
func diskError(err error) error {
	if err == nil {
		return nil
	}
	for _, d := range diskErrors {
		if errors.Is(err, d.err) {
			return fmt.Errorf("%w: %w", d.code, err)
		}
	}
	return fmt.Errorf("%w: %w", mapi.ErrDisk, err)
}
