package session

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// ReadFlags are those of SetReadFlag.
type ReadFlags uint32

// The flags.
const (
	SuppressReceipt     ReadFlags = 0x1  // SUPPRESS_RECEIPT
	ClearReadFlag       ReadFlags = 0x4  // CLEAR_READ_FLAG
	GenerateReceiptOnly ReadFlags = 0x10 // GENERATE_RECEIPT_ONLY
	ClearRNPending      ReadFlags = 0x20 // CLEAR_RN_PENDING
	ClearNRNPending     ReadFlags = 0x40 // CLEAR_NRN_PENDING
)

// Bits of PidTagMessageFlags ([MS-OXCMSG] 2.2.1.6).
const (
	flagRead       int32 = 0x1
	flagRNPending  int32 = 0x100
	flagNRNPending int32 = 0x200
)

// readFlagChanges has what SetReadFlag does to PidTagMessageFlags.
var readFlagChanges = map[ReadFlags]struct{ set, clear int32 }{
	0:                                {set: flagRead},
	SuppressReceipt:                  {set: flagRead, clear: flagRNPending},
	ClearReadFlag:                    {clear: flagRead},
	GenerateReceiptOnly:              {},
	ClearRNPending:                   {clear: flagRNPending},
	ClearNRNPending:                  {clear: flagNRNPending},
	ClearRNPending | ClearNRNPending: {clear: flagRNPending | flagNRNPending},

	SuppressReceipt | GenerateReceiptOnly: {clear: flagRNPending},
}

// SetReadFlag marks the message as read, or as flags say, and saves it as
// SaveChanges does. No receipt is ever sent from a file. It returns
// MAPI_E_INVALID_PARAMETER for flags that contradict each other, and
// MAPI_E_NO_ACCESS on a read-only message.
//
// SPEC: MAPI wants the message read-only for this, which a file that is
// read-only cannot bear.
func (m *Message) SetReadFlag(flags ReadFlags) error {
	if err := m.setReadFlag(flags); err != nil {
		return err
	}
	return m.SaveChanges()
}

func (m *Message) setReadFlag(flags ReadFlags) error {
	if err := m.beginWrite(); err != nil {
		return err
	}
	defer m.end()
	if err := checkFlags(flags, SuppressReceipt|ClearReadFlag|GenerateReceiptOnly|ClearRNPending|ClearNRNPending); err != nil {
		return m.fail(err)
	}
	change, ok := readFlagChanges[flags&^DeferredErrors]
	if !ok {
		return m.fail(mapi.ErrInvalidParameter)
	}
	was, _ := m.bag.props.Int32(proptag.MessageFlags)
	m.bag.set(proptag.MessageFlags, was&^change.clear|change.set)
	m.touch()
	return nil
}

// SubmitMessage returns MAPI_E_NO_SUPPORT: a message in a file has no transport.
func (m *Message) SubmitMessage(uint32) error {
	if err := m.begin(); err != nil {
		return err
	}
	defer m.end()
	return m.fail(mapi.ErrNoSupport)
}
