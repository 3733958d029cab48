package hostile

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

const (
	shown = `{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\colortbl;\red0\green0\blue0;}`
	html  = `{\rtf1\ansi\ansicpg1252\fromhtml1\deff0{\fonttbl{\f0 Arial;}}`
)

// richText are bodies in RTF that expand, nest or lie.
func richText() []Case {
	stored := func(name, attack string, small, full int, value func(n int) []byte) Case {
		return message("rtf-"+name, attack, small, full, func(m *mapi.Message, n int) {
			m.Props.Delete(proptag.Body)
			m.Props.Set(proptag.RtfCompressed, value(n))
			m.Props.Set(proptag.RtfInSync, true)
		})
	}
	var list []Case
	for _, t := range []struct {
		name, attack, unit string
		full               int // bytes
	}{
		{"braces", "two million groups inside each other", "{", 2_000_000},
		{"braces-closed", "two million ends of groups", "}", 2_000_000},
		{"braces-words", "groups inside each other, each with formats", `{\b\fs20\f0 `, 15 << 20},
		{"starred", "unknown destinations inside each other", `{\*\unknown`, 15 << 20},
		{"bin", `\bin with a length of 2^31-1`, `\bin2147483647 x`, 4 << 20},
		{"bin-negative", `\bin with a negative length`, `\bin-2147483648 x`, 4 << 20},
		{"uc", `\uc with a length of 2^31-1`, `\uc2147483647\u8364 `, 4 << 20},
		{"surrogates", `\u of lone surrogates`, `\u-10240 \u56320 ?`, 15 << 20},
		{"hex", "hexadecimal characters cut short", `\'\'8\'zz`, 15 << 20},
		{"numbers", "numbers without end", `\fs99999999999999999999\li-99999999999`, 15 << 20},
		{"tables", "tables inside each other", `\trowd\cellx1\intbl\itap9999{\nesttableprops\nestrow`, 15 << 20},
		{"cells", "cells without number", `\trowd\cellx1\cell\row`, 15 << 20},
		{"lists", "list levels", `{\listtext\tab}\ilvl999\ls9999\par`, 15 << 20},
		{"fonts", "fonts without number", `{\fonttbl{\f1\fcharset128 x;}}`, 15 << 20},
		{"pictures", "pictures of no size", `{\pict\pngblip\picw2147483647\pich2147483647 89504e47}`, 15 << 20},
		{"fields", "links inside each other", `{\field{\*\fldinst HYPERLINK "javascript:x"}{\fldrslt `, 15 << 20},
		{"objects", "objects", `{\object\objemb{\*\objdata 0105000002000000ffffffff}{\result `, 15 << 20},
		{"tags", "encapsulated HTML that opens and never closes", `{\*\htmltag64 <div>}\htmlrtf {`, 15 << 20},
		{"tag-boundary", "encapsulated HTML with boundaries and header fields in it", `{\*\htmltag241 \'0d\'0a--b\'0d\'0aX: 1\line\par}`, 1 << 20},
		{"notes", "notes inside each other", `{\footnote{\chftn`, 15 << 20},
		{"revisions", "styles", `{\stylesheet{\s1\sbasedon1 x;}}\s1 `, 15 << 20},
	} {
		for _, begin := range []struct{ name, text string }{{"", shown}, {"-html", html}} {
			list = append(list, stored(t.name+begin.name, t.attack, min(1<<20, t.full), t.full, func(n int) []byte {
				return lzfu.Store([]byte(begin.text + strings.Repeat(t.unit, n/len(t.unit))))
			}))
		}
	}
	return append(list,
		stored("expands", "a body that expands eight times, to 100 MB", 4<<20, 100<<20, func(n int) []byte { return expanding(shown, n) }),
		stored("expands-html", "HTML that expands eight times, to 100 MB", 4<<20, 100<<20, func(n int) []byte { return expanding(html, n) }),
		stored("size-lies", "a body that says that it expands to 2^32-1 bytes", 0, 0, func(int) []byte {
			b := lzfu.Compress([]byte(shown + "text}"))
			binary.LittleEndian.PutUint32(b[4:], 0xFFFFFFFF)
			return b
		}),
		stored("length-lies", "a body that says that it has 2^32-1 bytes", 0, 0, func(int) []byte {
			b := lzfu.Store([]byte(shown + "text}"))
			binary.LittleEndian.PutUint32(b, 0xFFFFFFFF)
			return b
		}),
		stored("references", "compressed text that refers to what is not there yet", 1<<20, 16<<20, func(n int) []byte {
			b := lzfu.Compress([]byte(shown))
			return append(b[:len(b)-2], bytes.Repeat([]byte("\xff\xff\xff\x00\x0f\x12\x34\xab\xcd"), n/9)...)
		}),
		stored("half", "half of a header", 0, 0, func(int) []byte { return []byte("\xff\xff\xff\xff\xff\xff\xff\xffLZF") }),
	)
}

// expanding returns compressed RTF ([MS-OXRTFCP] 2.2.2) that begins with a text
// and goes on with n bytes of it, of references that are as long as they can be.
func expanding(begin string, n int) []byte {
	b := lzfu.Compress([]byte(begin + strings.Repeat("seventeen letters", 300)))
	b = b[:len(b)-len(b)%9+16%9] // whole groups of tokens: a control byte and eight of them
	out := append([]byte{}, b...)
	for range n / (8 * 17) {
		out = append(out, 0xFF)
		for at := range 8 {
			from := uint16(at*17+200) << 4
			out = append(out, byte(from>>8), byte(from)|15)
		}
	}
	binary.LittleEndian.PutUint32(out, uint32(len(out)-4))
	binary.LittleEndian.PutUint32(out[4:], uint32(n))
	return out
}
