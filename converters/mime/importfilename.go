package mime

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// maxFileName bounds the name of a file in characters.
const maxFileName = 255

// nameOf returns the name of the file that a part becomes ([MS-OXCMAIL]
// 2.2.3.4.1.1): its own, else its description, else one that is made up.
func (b *builder) nameOf(p *entity) string {
	if name := p.fileName(); name != "" {
		return name
	}
	if name := oneName(p.header.Text("Content-Description")); name != "" {
		if ext := b.extensionFor(p); extension(name) == "" {
			name += ext
		}
		return name
	}
	return b.madeUpName(p)
}

// madeUpName returns the name of a file without one ([MS-OXCMAIL]
// 2.2.3.4.1.1).
func (b *builder) madeUpName(p *entity) string {
	if p.mediatype == "application/ms-tnef" {
		return "winmail.dat"
	}
	return fmt.Sprintf("ATT%05d%s", len(b.m.Attachments)+1, b.extensionFor(p))
}

// extensions are those of the types that come without a file name.
var extensions = map[string]string{
	"text/plain": ".txt", "text/html": ".htm", "text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf",
	"text/directory": ".vcf", "text/rfc822-headers": ".txt", "text/enriched": ".txt", "text/xml": ".xml", "text/csv": ".csv",
	"text/css": ".css", "text/richtext": ".rtx", "text/rtf": ".rtf",
	"image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/gif": ".gif", "image/png": ".png", "image/x-png": ".png",
	"image/bmp": ".bmp", "image/tiff": ".tif", "image/svg+xml": ".svg", "image/webp": ".webp",
	"application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json", "application/xml": ".xml",
	"application/rtf": ".rtf", "application/msword": ".doc", "application/ms-tnef": ".dat", "application/pgp-signature": ".asc",
	"application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
	"application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s",
	"audio/mpeg": ".mp3", "audio/wav": ".wav", "audio/basic": ".au", "video/mp4": ".mp4", "video/mpeg": ".mpg",
	"message/rfc822": ".eml", "message/global": ".eml", "message/partial": ".eml", "message/delivery-status": ".txt",
	"message/disposition-notification": ".txt", "message/external-body": ".txt", "message/rfc822-headers": ".txt",
}

// extensionFor returns the extension for the type of a part.
func (b *builder) extensionFor(p *entity) string {
	if ext := extensions[p.mediatype]; ext != "" {
		return ext
	}
	return ".dat"
}

// cleanName returns a file name without a path, without what could lead out of
// a folder and without controls.
//
// SPEC: [MS-OXCMAIL] 2.2.3.4.1.1 also replaces what Windows does not take in
// names. That is left to whoever saves the file: the short name has none of it.
func cleanName(name string) string {
	if isPath(name) {
		name = name[strings.LastIndexAny(name, `/\`)+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, name)
	if name != "" && strings.Trim(name, ". ") == "" {
		return "_"
	}
	for utf8.RuneCountInString(name) > maxFileName { // the extension stays
		ext := extension(name)
		stem := []rune(strings.TrimSuffix(name, ext))
		name = string(stem[:maxFileName-len([]rune(ext))]) + ext
	}
	return name
}

// isPath reports whether a file name is a whole path.
func isPath(name string) bool {
	switch {
	case strings.HasSuffix(name, "/"), strings.HasSuffix(name, `\`):
		return false
	case len(name) > 3 && name[1] == ':':
		return name[2] == '\\' || name[2] == '/'
	}
	return strings.HasPrefix(name, "/") || strings.HasPrefix(name, `\\`) || strings.HasPrefix(name, "../") || strings.HasPrefix(name, `..\`)
}

// oneName returns text as a display name.
func oneName(text string) string { return cleanName(strings.TrimSpace(text)) }

// extension returns the extension of a file name with its dot, "" if it has
// none.
func extension(name string) string {
	ext := path.Ext(name)
	if len(ext) < 2 || len(ext) > 16 || strings.ContainsAny(ext, " ") {
		return ""
	}
	return ext
}

// shortName returns the 8.3 form of a file name ([MS-OXCMSG] 2.2.2.11).
func shortName(name string) string {
	ext := extension(name)
	stem := strings.TrimSuffix(name, ext)
	s, e := shortText(stem), shortText(strings.TrimPrefix(ext, "."))
	if s == stem && len(s) <= 8 && len(e) <= 3 && "."+e == ext || s == stem && ext == "" && len(s) <= 8 && s != "" {
		return name
	}
	if s == "" {
		s = "file"
	}
	s = strings.ToUpper(s[:min(len(s), 6)]) + "~1"
	if e == "" {
		return s
	}
	return s + "." + strings.ToUpper(e[:min(len(e), 3)])
}

// shortText keeps what an 8.3 name may hold.
func shortText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("_-!#$%&'()@^`{}~", r):
			return r
		}
		return -1
	}, s)
}
