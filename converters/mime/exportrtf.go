package mime

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// rtfBody is PidTagRtfCompressed of a message.
type rtfBody struct {
	read bool
	data []byte                      // uncompressed; nil if there is none
	ids  map[*mapi.Attachment]string // Content-IDs of pictures that stand in the text
}

// rtfData returns the RTF body, uncompressed, or nil if there is none.
func (o *object) rtfData() []byte {
	if o.rtf.read {
		return o.rtf.data
	}
	o.rtf.read = true
	if !o.m.Props.Has(proptag.RtfCompressed) {
		return nil
	}
	packed, err := o.m.Props.Bytes(proptag.RtfCompressed, o.e.opt.MaxText)
	var warn lzfu.Warning
	if err == nil {
		o.rtf.data, warn, err = lzfu.Decompress(packed, 4*o.e.opt.MaxText)
	}
	if err != nil {
		o.rtf.data = nil
		o.unreadable(proptag.RtfCompressed, err)
	}
	if warn&(lzfu.WarnTruncated|lzfu.WarnRawSize) != 0 {
		o.say("mime.rtf.damaged", problem.Loss, proptag.RtfCompressed, "the RTF body is cut short; what is there was used")
	}
	return o.rtf.data
}

// fromRTF takes what is shown out of PidTagRtfCompressed: HTML or text that it
// encapsulates ([MS-OXRTFEX] 2.2.3), or HTML made from RTF in its own right,
// and text beside it if there is none yet ([MS-OXCMAIL] 2.1.3.3.5).
func (o *object) fromRTF(b *body) {
	data := o.rtfData()
	if len(data) == 0 {
		return
	}
	var info rtf.Info
	var html string
	var err error
	switch kind := rtf.Detect(data); {
	case kind == rtf.KindHTML:
		html, info, err = rtf.HTML(data)
	case kind == rtf.KindText && noText(b):
		var text string
		text, info, err = rtf.Text(data)
		b.text = []byte(text)
	case kind == rtf.KindNative && o.showRTF(b):
		html, info, err = o.nativeHTML(b, data)
	}
	if err != nil {
		o.unreadable(proptag.RtfCompressed, err)
	}
	if html != "" {
		b.html = []byte(html)
	}
	o.rtfProblems(info)
}

// nativeHTML renders RTF in its own right.
func (o *object) nativeHTML(b *body, data []byte) (html string, info rtf.Info, err error) {
	unshown := map[string]int{}
	html, info, err = rtf.NativeHTML(data, rtf.NativeOptions{Picture: func(p rtf.Picture) string {
		if !p.Shown {
			unshown[p.Type]++
		}
		return o.addPicture(b, p)
	}})
	if err != nil && html == "" {
		return "", info, err
	}
	for _, kind := range slices.Sorted(maps.Keys(unshown)) {
		o.say("mime.rtf.metafile", problem.Info, proptag.RtfCompressed,
			"%d pictures inside the RTF body are of type %s, which few mail programs show", unshown[kind], kind)
	}
	if noText(b) {
		text, _, _ := rtf.Text(data) // fails as above
		b.text = []byte(text)
	}
	return o.placeAttachments(html, info.Placeholders), info, err
}

// noText reports whether the message has no text, or blanks only.
func noText(b *body) bool { return b.largeText == nil && len(bytes.TrimSpace(b.text)) == 0 }

// showRTF reports whether RTF in its own right is what the message shows: when
// there is no text, or the RTF is said to be in sync with it.
func (o *object) showRTF(b *body) bool {
	native, _ := o.m.Props.Int32(proptag.NativeBody)
	return noText(b) || native == nativeRTF || (native == 0 && o.m.Props.Bool(proptag.RtfInSync))
}

// nativeRTF is a value of PidTagNativeBody ([MS-OXCMSG] 2.2.1.56.2).
const nativeRTF = 2

// newContentID returns a Content-ID that nothing else in the file has, without
// brackets.
func (e *exporter) newContentID() string {
	e.ids++
	return "picture" + strconv.Itoa(e.ids) + "." + e.seed + "@oxbridge"
}

// pictureEndings are the file name extensions of pictures inside RTF.
var pictureEndings = map[string]string{
	"image/png": "png", "image/jpeg": "jpg", "image/bmp": "bmp", "image/emf": "emf", "image/wmf": "wmf", "image/x-pict": "pct",
}

// addPicture adds a picture inside RTF to b and returns its URL (RFC 2392).
func (o *object) addPicture(b *body, p rtf.Picture) string {
	id := o.e.newContentID()
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachLongFilename, "picture"+strconv.Itoa(len(b.pictures)+1)+"."+pictureEndings[p.Type])
	a.Props.Set(proptag.AttachMimeTag, p.Type)
	a.Props.Set(proptag.AttachContentId, id)
	a.Props.Set(proptag.AttachDataBinary, p.Data)
	b.pictures = append(b.pictures, a)
	return "cid:" + id
}

// pictureParts returns the parts of the pictures of b.
func (o *object) pictureParts(b body) []*part {
	var parts []*part
	for _, a := range b.pictures {
		data, _ := attachmentData(a)
		parts = append(parts, o.file(a, data, true))
	}
	return parts
}

// rtfParts returns the part of the RTF body itself, if there is one.
func (o *object) rtfParts() []*part {
	data := o.rtfData()
	if len(data) == 0 {
		return nil
	}
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachLongFilename, "body.rtf")
	a.Props.Set(proptag.AttachMimeTag, "application/rtf")
	return []*part{o.file(a, data, false)}
}

func (o *object) rtfProblems(info rtf.Info) {
	if n := info.Pictures + info.Objects; n > 0 {
		o.say("mime.rtf.picture", problem.Loss, proptag.RtfCompressed,
			"%d pictures and the data of %d objects inside the RTF body were left out", info.Pictures, info.Objects)
	}
	for _, w := range []struct {
		flag     rtf.Warning
		code     string
		severity problem.Severity
		detail   string
	}{
		{rtf.WarnDepth, "mime.rtf.damaged", problem.Loss, fmt.Sprintf("what is nested deeper than %d groups was left out", limits.RTFDepth.Int())},
		{rtf.WarnTruncated, "mime.rtf.damaged", problem.Loss, "the RTF body does not end; what is there was used"},
		{rtf.WarnCodePage, "mime.rtf.damaged", problem.Info, "the RTF names an unknown code page; it was read as 1252"},
		{rtf.WarnBytes, "mime.rtf.damaged", problem.Loss, "the RTF has bytes that its code page does not define; each is shown as U+FFFD"},
		{rtf.WarnFormat, "mime.rtf.damaged", problem.Info, "the RTF repeats so much formatting that some was left out"},
		{rtf.WarnPage, "mime.rtf.page", problem.Loss, "page headers, page footers or comments of the RTF body were left out"},
	} {
		if info.Warnings&w.flag != 0 {
			o.say(w.code, w.severity, proptag.RtfCompressed, "%s", w.detail)
		}
	}
}
