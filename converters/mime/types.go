package mime

import (
	"path"
	"strings"
)

// defaultType is the type of what is not known better (RFC 2046 4.5.1).
const defaultType = "application/octet-stream"

// typeByName returns the media type for a file name, or for an extension that
// is known without a name.
func typeByName(name, extension string) string {
	ext := path.Ext(name)
	if ext == "" {
		ext = extension
	}
	if t, ok := typesByExtension[strings.ToLower(strings.TrimPrefix(ext, "."))]; ok {
		return t
	}
	return defaultType
}

// typesByExtension are the types of the files that people attach (IANA media
// type registry). The system's own table differs from machine to machine.
var typesByExtension = map[string]string{
	"7z": "application/x-7z-compressed", "aac": "audio/aac", "ai": "application/postscript", "asc": "text/plain",
	"avi": "video/x-msvideo", "bmp": "image/bmp", "bz2": "application/x-bzip2", "cer": "application/pkix-cert",
	"css": "text/css", "csv": "text/csv", "doc": "application/msword",
	"docm": "application/vnd.ms-word.document.macroEnabled.12",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"dot":  "application/msword", "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
	"emf": "image/emf", "emz": "application/x-msmetafile", "eps": "application/postscript", "epub": "application/epub+zip", "gif": "image/gif",
	"gz": "application/gzip", "heic": "image/heic", "htm": "text/html", "html": "text/html", "ico": "image/vnd.microsoft.icon",
	"ics": "text/calendar", "jpe": "image/jpeg", "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript",
	"json": "application/json", "log": "text/plain", "m4a": "audio/mp4", "md": "text/markdown", "mdb": "application/vnd.ms-access",
	"mid": "audio/midi", "mkv": "video/x-matroska", "mov": "video/quicktime", "mp3": "audio/mpeg", "mp4": "video/mp4",
	"mpeg": "video/mpeg", "mpg": "video/mpeg", "mpp": "application/vnd.ms-project", "msg": "application/vnd.ms-outlook",
	"odp": "application/vnd.oasis.opendocument.presentation", "ods": "application/vnd.oasis.opendocument.spreadsheet",
	"odt": "application/vnd.oasis.opendocument.text", "ogg": "audio/ogg", "one": "application/onenote",
	"otf": "font/otf", "p7b": "application/x-pkcs7-certificates", "p7c": "application/pkcs7-mime",
	"p7m": "application/pkcs7-mime", "p7s": "application/pkcs7-signature", "pdf": "application/pdf", "pfx": "application/x-pkcs12",
	"png": "image/png", "pot": "application/vnd.ms-powerpoint", "pps": "application/vnd.ms-powerpoint",
	"ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
	"ppt":  "application/vnd.ms-powerpoint", "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"ps":   "application/postscript", "psd": "image/vnd.adobe.photoshop", "pub": "application/vnd.ms-publisher",
	"rar": "application/vnd.rar", "rpmsg": rightsManaged, "rtf": "application/rtf", "svg": "image/svg+xml", "tar": "application/x-tar",
	"tgz": "application/gzip", "tif": "image/tiff", "tiff": "image/tiff", "ttf": "font/ttf", "txt": "text/plain",
	"vcf": "text/vcard", "vsd": "application/vnd.visio", "vsdx": "application/vnd.ms-visio.drawing", "wav": "audio/x-wav",
	"webm": "video/webm", "webp": "image/webp", "wma": "audio/x-ms-wma", "wmf": "image/wmf", "wmv": "video/x-ms-wmv",
	"woff": "font/woff", "woff2": "font/woff2", "xls": "application/vnd.ms-excel",
	"xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xml": "application/xml",
	"xps": "application/oxps", "xsl": "application/xslt+xml", "zip": "application/zip",
}
