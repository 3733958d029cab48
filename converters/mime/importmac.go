package mime

import (
	"encoding/binary"
	"encoding/hex"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// appleDouble attaches a file of a Macintosh ([MS-OXCMAIL] 2.2.3.4.2, RFC
// 1740): its data fork, with creator and type, and beside it what the system
// kept of it, under the name that macOS itself gives it elsewhere.
//
// SPEC: [MS-OXCMAIL] makes a MacBinary file of both. Nothing but a Macintosh
// opens that, and the file is what people want.
func (b *builder) appleDouble(p *entity, related bool) {
	var header, data *entity
	for _, q := range p.parts {
		switch {
		case q.mediatype == "application/applefile" && header == nil:
			header = q
		case data == nil:
			data = q
		}
	}
	if header == nil || data == nil || len(p.parts) != 2 || header.size() > b.r.opt.MaxBody || data.message != nil || len(data.parts) > 0 {
		for _, q := range p.parts {
			b.attachParts(q, related)
		}
		return
	}
	info := readAppleDouble(header.decoded())
	name := data.fileName()
	for _, other := range []string{p.fileName(), info.name, header.fileName()} {
		if name == "" {
			name = other
		}
	}
	if name == "" {
		name = b.madeUpName(data)
	}
	file := b.fileNamed(data, name, related)
	if info.kind != "" {
		file.Props.Set(proptag.AttachAdditionalInformation, []byte(info.kind))
	}
	b.fileNamed(header, "._"+strings.TrimPrefix(cleanName(name), "._"), false)
}

// macInfo is what an AppleDouble header says of a file.
type macInfo struct {
	name string
	kind string // creator and type as in PidTagAttachAdditionalInformation
}

// Entries of an AppleDouble header (RFC 1740 appendix A).
const (
	appleMagic      = 0x00051607
	appleRealName   = 3
	appleFinderInfo = 9
	appleHeader     = 26 // bytes before the entries
	appleEntry      = 12
)

// readAppleDouble reads name, creator and type. What makes no sense is left out.
func readAppleDouble(b []byte) (info macInfo) {
	if len(b) < appleHeader || binary.BigEndian.Uint32(b) != appleMagic {
		return info
	}
	count := int(binary.BigEndian.Uint16(b[appleHeader-2:]))
	for entries := b[appleHeader:]; count > 0 && len(entries) >= appleEntry; count-- {
		id, off, n := binary.BigEndian.Uint32(entries), uint64(binary.BigEndian.Uint32(entries[4:])), uint64(binary.BigEndian.Uint32(entries[8:]))
		entries = entries[appleEntry:]
		if off+n > uint64(len(b)) {
			continue
		}
		value := b[off : off+n]
		switch {
		case id == appleRealName && n <= maxFileName:
			info.name, _ = codepage.Decode(10000, value)
		case id == appleFinderInfo && n >= 8 && isMacCode(value[:8]):
			info.kind = ":" + string(value[4:8]) + ":" + string(value[:4])
		}
	}
	return info
}

// macKind returns what the parameters of Content-Type say of a file of a
// Macintosh, as in PidTagAttachAdditionalInformation ([MS-OXCMAIL] 2.1.3.4.4),
// "" if they say nothing.
func macKind(params map[string]string) string {
	creator, err := hex.DecodeString(params["x-mac-creator"])
	kind, err2 := hex.DecodeString(params["x-mac-type"])
	if err != nil || err2 != nil || len(creator) != 4 || len(kind) != 4 || !isMacCode(creator) || !isMacCode(kind) {
		return ""
	}
	return ":" + string(creator) + ":" + string(kind)
}

// isMacCode reports whether b can be a type and a creator.
func isMacCode(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' || c == ':' {
			return false
		}
	}
	return true
}

// externalBody attaches a message/external-body as a shortcut to where its
// content is, if a shortcut can say that ([MS-OXCMAIL] 2.2.3.5, RFC 2017).
func (b *builder) externalBody(p *entity, related bool) {
	target := externalTarget(p.params)
	if target == "" {
		b.fileNamed(p, b.nameOf(p), related)
		return
	}
	name := p.params["name"]
	if name = cleanName(name[strings.LastIndexAny(name, `/\`)+1:]); name == "" {
		name = b.madeUpName(p)
	}
	a := b.fileNamed(p, name+".url", related)
	a.Props.Set(proptag.AttachDataBinary, []byte("[InternetShortcut]\r\nURL="+target+"\r\n"))
	a.Props.Set(proptag.AttachMimeTag, "application/internet-shortcut")
	if len(p.header.Get("Content-Description")) == 0 {
		a.Props.Set(proptag.DisplayName, name)
	}
}

// externalTarget returns the URL of external content, "" if there is none.
func externalTarget(params map[string]string) string {
	var url string
	switch strings.ToLower(params["access-type"]) {
	case "anon-ftp", "ftp":
		site, name := params["site"], params["name"]
		if site == "" || name == "" {
			return ""
		}
		url = "ftp://" + site + "/"
		if dir := strings.Trim(params["directory"], "/"); dir != "" {
			url += dir + "/"
		}
		url += strings.TrimLeft(name, "/")
		switch strings.ToLower(params["mode"]) {
		case "ascii", "a":
			url += ";type=a"
		case "image", "i", "binary":
			url += ";type=i"
		}
	case "url":
		url = strings.Join(strings.Fields(params["url"]), "")
	}
	if strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r == 0x7F }) || len(url) > maxReference {
		return ""
	}
	return url
}
