package mapi

import "fmt"

// A Code is a MAPI status (SCODE). Codes with the top bit set are failures and
// serve as errors; the others are warnings, which count as success.
type Code uint32

// The codes of MAPI that oxbridge gives or understands.
const (
	OK                      Code = 0
	WarnErrorsReturned      Code = 0x00040380 // MAPI_W_ERRORS_RETURNED
	WarnPositionChanged     Code = 0x00040481 // MAPI_W_POSITION_CHANGED
	WarnApproxCount         Code = 0x00040482 // MAPI_W_APPROX_COUNT
	WarnPartialCompletion   Code = 0x00040680 // MAPI_W_PARTIAL_COMPLETION
	ErrInterfaceUnsupported Code = 0x80004002 // MAPI_E_INTERFACE_NOT_SUPPORTED
	ErrCallFailed           Code = 0x80004005 // MAPI_E_CALL_FAILED
	ErrNoSupport            Code = 0x80040102 // MAPI_E_NO_SUPPORT
	ErrBadCharWidth         Code = 0x80040103 // MAPI_E_BAD_CHARWIDTH
	ErrStringTooLong        Code = 0x80040105 // MAPI_E_STRING_TOO_LONG
	ErrUnknownFlags         Code = 0x80040106 // MAPI_E_UNKNOWN_FLAGS
	ErrInvalidEntryID       Code = 0x80040107 // MAPI_E_INVALID_ENTRYID
	ErrInvalidObject        Code = 0x80040108 // MAPI_E_INVALID_OBJECT
	ErrObjectChanged        Code = 0x80040109 // MAPI_E_OBJECT_CHANGED
	ErrObjectDeleted        Code = 0x8004010A // MAPI_E_OBJECT_DELETED
	ErrBusy                 Code = 0x8004010B // MAPI_E_BUSY
	ErrNotEnoughDisk        Code = 0x8004010D // MAPI_E_NOT_ENOUGH_DISK
	ErrNotEnoughResources   Code = 0x8004010E // MAPI_E_NOT_ENOUGH_RESOURCES
	ErrNotFound             Code = 0x8004010F // MAPI_E_NOT_FOUND
	ErrVersion              Code = 0x80040110 // MAPI_E_VERSION
	ErrUserCancel           Code = 0x80040113 // MAPI_E_USER_CANCEL
	ErrDisk                 Code = 0x80040116 // MAPI_E_DISK_ERROR
	ErrTooComplex           Code = 0x80040117 // MAPI_E_TOO_COMPLEX
	ErrExtended             Code = 0x80040119 // MAPI_E_EXTENDED_ERROR
	ErrComputed             Code = 0x8004011A // MAPI_E_COMPUTED
	ErrCorruptData          Code = 0x8004011B // MAPI_E_CORRUPT_DATA
	ErrInvalidType          Code = 0x80040302 // MAPI_E_INVALID_TYPE
	ErrUnexpectedType       Code = 0x80040304 // MAPI_E_UNEXPECTED_TYPE
	ErrTooBig               Code = 0x80040305 // MAPI_E_TOO_BIG
	ErrDeclineCopy          Code = 0x80040306 // MAPI_E_DECLINE_COPY
	ErrTimeout              Code = 0x80040401 // MAPI_E_TIMEOUT
	ErrInvalidBookmark      Code = 0x80040405 // MAPI_E_INVALID_BOOKMARK
	ErrCorruptStore         Code = 0x80040600 // MAPI_E_CORRUPT_STORE
	ErrNoSuppress           Code = 0x80040602 // MAPI_E_NO_SUPPRESS
	ErrCollision            Code = 0x80040604 // MAPI_E_COLLISION
	ErrNotInitialized       Code = 0x80040605 // MAPI_E_NOT_INITIALIZED
	ErrNoRecipients         Code = 0x80040607 // MAPI_E_NO_RECIPIENTS
	ErrFolderCycle          Code = 0x8004060B // MAPI_E_FOLDER_CYCLE
	ErrNoAccess             Code = 0x80070005 // MAPI_E_NO_ACCESS
	ErrNotEnoughMemory      Code = 0x8007000E // MAPI_E_NOT_ENOUGH_MEMORY
	ErrInvalidParameter     Code = 0x80070057 // MAPI_E_INVALID_PARAMETER
)

var codeNames = map[Code]string{
	OK:                 "S_OK",
	WarnErrorsReturned: "MAPI_W_ERRORS_RETURNED", WarnPositionChanged: "MAPI_W_POSITION_CHANGED",
	WarnApproxCount: "MAPI_W_APPROX_COUNT", WarnPartialCompletion: "MAPI_W_PARTIAL_COMPLETION",
	ErrInterfaceUnsupported: "MAPI_E_INTERFACE_NOT_SUPPORTED", ErrCallFailed: "MAPI_E_CALL_FAILED",
	ErrNoSupport: "MAPI_E_NO_SUPPORT", ErrBadCharWidth: "MAPI_E_BAD_CHARWIDTH",
	ErrStringTooLong: "MAPI_E_STRING_TOO_LONG", ErrUnknownFlags: "MAPI_E_UNKNOWN_FLAGS",
	ErrInvalidEntryID: "MAPI_E_INVALID_ENTRYID", ErrInvalidObject: "MAPI_E_INVALID_OBJECT",
	ErrObjectChanged: "MAPI_E_OBJECT_CHANGED", ErrObjectDeleted: "MAPI_E_OBJECT_DELETED",
	ErrBusy: "MAPI_E_BUSY", ErrNotEnoughDisk: "MAPI_E_NOT_ENOUGH_DISK",
	ErrNotEnoughResources: "MAPI_E_NOT_ENOUGH_RESOURCES", ErrNotFound: "MAPI_E_NOT_FOUND",
	ErrVersion: "MAPI_E_VERSION", ErrUserCancel: "MAPI_E_USER_CANCEL", ErrDisk: "MAPI_E_DISK_ERROR",
	ErrTooComplex: "MAPI_E_TOO_COMPLEX", ErrExtended: "MAPI_E_EXTENDED_ERROR", ErrComputed: "MAPI_E_COMPUTED",
	ErrCorruptData: "MAPI_E_CORRUPT_DATA", ErrInvalidType: "MAPI_E_INVALID_TYPE",
	ErrUnexpectedType: "MAPI_E_UNEXPECTED_TYPE", ErrTooBig: "MAPI_E_TOO_BIG",
	ErrDeclineCopy: "MAPI_E_DECLINE_COPY", ErrTimeout: "MAPI_E_TIMEOUT",
	ErrInvalidBookmark: "MAPI_E_INVALID_BOOKMARK", ErrCorruptStore: "MAPI_E_CORRUPT_STORE",
	ErrNoSuppress: "MAPI_E_NO_SUPPRESS", ErrCollision: "MAPI_E_COLLISION",
	ErrNotInitialized: "MAPI_E_NOT_INITIALIZED", ErrNoRecipients: "MAPI_E_NO_RECIPIENTS",
	ErrFolderCycle: "MAPI_E_FOLDER_CYCLE", ErrNoAccess: "MAPI_E_NO_ACCESS",
	ErrNotEnoughMemory: "MAPI_E_NOT_ENOUGH_MEMORY", ErrInvalidParameter: "MAPI_E_INVALID_PARAMETER",
}

// Failed reports whether c is a failure; warnings count as success.
func (c Code) Failed() bool { return c&0x80000000 != 0 }

// String returns MAPI's name of the code.
func (c Code) String() string {
	if n, ok := codeNames[c]; ok {
		return n
	}
	return fmt.Sprintf("%#08x", uint32(c))
}

// Error returns MAPI's name and the number, such as
// "MAPI_E_NOT_FOUND (0x8004010f)".
func (c Code) Error() string { return fmt.Sprintf("%s (%#08x)", c.String(), uint32(c)) }
