package session

import "github.com/oxbridge-mail/oxbridge/sdk/mapi"

// DeferredErrors is MAPI_DEFERRED_ERRORS. Every method that has flags takes it,
// and none defers anything.
const DeferredErrors = 0x8

// OpenFlags say how OpenAttach and OpenProperty open an object.
type OpenFlags uint32

// The flags. Without Modify or BestAccess the object is read-only.
const (
	Modify     OpenFlags = 0x1  // MAPI_MODIFY
	Create     OpenFlags = 0x2  // MAPI_CREATE: start empty; needs Modify
	BestAccess OpenFlags = 0x10 // MAPI_BEST_ACCESS: as much as the parent has
)

// SaveFlags say what SaveChanges leaves open.
type SaveFlags uint32

// The flags. Without any, as with KeepOpenReadWrite, the object stays as it is.
const (
	KeepOpenReadOnly  SaveFlags = 0x1 // KEEP_OPEN_READONLY
	KeepOpenReadWrite SaveFlags = 0x2 // KEEP_OPEN_READWRITE
	ForceSave         SaveFlags = 0x4 // FORCE_SAVE: also over somebody else's changes
)

// CopyFlags say how CopyTo and CopyProps copy.
type CopyFlags uint32

// The flags.
const (
	Move      CopyFlags = 0x1 // MAPI_MOVE: delete what was copied from the source
	NoReplace CopyFlags = 0x2 // MAPI_NOREPLACE: leave what the target has
	DeclineOK CopyFlags = 0x4 // MAPI_DECLINE_OK; nothing is ever declined
	Dialog    CopyFlags = 0x8 // MAPI_DIALOG; nothing is ever shown
)

// NameFlags choose names for GetNamesFromIDs, and what GetIDsFromNames does
// with new ones.
type NameFlags uint32

// The flags. CreateNames is for GetIDsFromNames, the others for
// GetNamesFromIDs.
const (
	NoStrings   NameFlags = 0x1 // MAPI_NO_STRINGS: only names that are numbers
	NoIDs       NameFlags = 0x2 // MAPI_NO_IDS: only names that are texts
	CreateNames NameFlags = 0x2 // MAPI_CREATE: give new names an id
)

// RecipientFlags say what ModifyRecipients does; 0 replaces the whole list.
type RecipientFlags uint32

// The flags, of which at most one is given.
const (
	AddRecipients    RecipientFlags = 0x2 // MODRECIP_ADD
	ModifyRecipients RecipientFlags = 0x4 // MODRECIP_MODIFY
	RemoveRecipients RecipientFlags = 0x8 // MODRECIP_REMOVE
)

// checkFlags returns MAPI_E_UNKNOWN_FLAGS when flags has bits outside allowed.
func checkFlags[F ~uint32](flags, allowed F) error {
	if flags&^(allowed|DeferredErrors) != 0 {
		return mapi.ErrUnknownFlags
	}
	return nil
}

// A PropProblem is an entry of a problem array (SPropProblem): a property that
// the call could not deal with while it dealt with the others.
type PropProblem struct {
	Index int      // in the list of the caller, or of the properties copied
	Tag   mapi.Tag // as the caller gave it
	Code  mapi.Code
}

// The interfaces that OpenProperty knows.
var (
	IIDMessage       = mapi.NewGUID(0x00020307, 0, 0, [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}) // IID_IMessage
	IIDTable         = mapi.NewGUID(0x00020301, 0, 0, [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}) // IID_IMAPITable
	IIDStream        = mapi.NewGUID(0x0000000C, 0, 0, [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}) // IID_IStream
	IIDStorage       = mapi.NewGUID(0x0000000B, 0, 0, [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}) // IID_IStorage
	IIDStreamDocfile = mapi.NewGUID(0x0002032C, 0, 0, [8]byte{0xC0, 0, 0, 0, 0, 0, 0, 0x46}) // IID_IStreamDocfile
)
