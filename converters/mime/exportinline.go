package mime

import (
	"encoding/hex"
	"hash/fnv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// flagInline is the bit of PidTagAttachFlags that says that a document
// refers to the file, attRenderedInBody ([MS-OXCMSG] 2.2.2.18).
const flagInline int32 = 4

// isInline follows [MS-OXCMAIL] 2.1.3.4.1.2.
//
// QUIRK: programs forget the flag in PidTagAttachFlags; being referred to is
// enough. What is flagged and not referred to stays visible as an attachment.
func (o *object) isInline(a *mapi.Attachment, refs *htmlRefs) bool {
	if refs == nil {
		return false
	}
	id, location := o.contentID(a), o.text(a.Props, proptag.AttachContentLocation)
	if refs.unknown {
		flags, _ := a.Props.Int32(proptag.AttachFlags)
		return flags&flagInline != 0 && (id != "" || location != "")
	}
	shown := refs.hasID(id) || refs.hasLocation(location) ||
		location != "" && refs.hasLocation(o.text(a.Props, proptag.AttachContentBase)+location)
	if !shown || !refs.claim(id, location) {
		return false
	}
	if made := o.partID(a); made != id {
		refs.rename(id, made)
	}
	return true
}

// contentID returns PidTagAttachContentId without brackets, or "".
func (o *object) contentID(a *mapi.Attachment) string {
	if id := o.rtf.ids[a]; id != "" {
		return id
	}
	return strings.Trim(strings.TrimSpace(o.text(a.Props, proptag.AttachContentId)), "<>")
}

// partID returns the Content-ID of the part, without brackets: that of the
// attachment, or one in its place when it holds what an identifier must not
// (RFC 5322 3.6.4).
func (o *object) partID(a *mapi.Attachment) string {
	id := o.contentID(a)
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c >= 0x7F || strings.IndexByte(`<>()[]\",;`, c) >= 0 {
			return madeID([]byte(id))
		}
	}
	return id
}

// madeID returns an identifier that depends on what it is made of alone.
func madeID(from ...[]byte) string {
	h := fnv.New64a()
	for _, b := range from {
		_, _ = h.Write(b)
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)) + "@" + imceaDomain
}
