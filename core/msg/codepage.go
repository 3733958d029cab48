package msg

import (
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// stringPage returns the code page of the 8-bit strings of a message: the first
// that makes sense of PidTagMessageCodepage, PidTagMessageLocaleId and
// PidTagInternetCodepage, else that of the message around it.
func stringPage(int32Of func(mapi.Tag) (int32, bool), outer int) int {
	if cp, ok := int32Of(proptag.MessageCodepage); ok && usablePage(cp) {
		return int(cp)
	}
	if lcid, ok := int32Of(proptag.MessageLocaleId); ok && lcid != 0 {
		return codepage.FromLCID(uint32(lcid))
	}
	if cp, ok := int32Of(proptag.InternetCodepage); ok && usablePage(cp) {
		return int(cp)
	}
	return outer
}

// usablePage reports whether 8-bit strings can be in code page cp.
func usablePage(cp int32) bool {
	switch cp {
	case codepage.UTF16LE, codepage.UTF16BE, utf32LE, utf32BE:
		return false // QUIRK: Outlook names UTF-16 in messages whose strings are 8-bit.
	}
	return cp > 0 && codepage.Known(int(cp))
}

// Code pages of UTF-32.
const (
	utf32LE = 12000
	utf32BE = 12001
)

// ansi returns page if the strings of a message are 8-bit ones that can be
// written in it, else 0.
func (c *contents) ansi(page int) int {
	narrow := false
	for i := range c.list {
		switch c.list[i].tag.Type() {
		case mapi.PtypString, mapi.PtypMultipleString:
			return 0
		case mapi.PtypString8, mapi.PtypMultipleString8:
			narrow = true
		}
	}
	mask, ok := c.int32(proptag.StoreSupportMask)
	if !CanWrite(page) || !narrow && (!ok || mask&storeUnicodeOK != 0) {
		return 0
	}
	return page
}
