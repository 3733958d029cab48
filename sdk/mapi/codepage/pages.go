package codepage

import (
	"sync"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode/utf32"
)

// charmaps are the single-byte pages of golang.org/x/text.
var charmaps = map[int]*charmap.Charmap{
	37: charmap.CodePage037, 437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852,
	855: charmap.CodePage855, 858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862,
	863: charmap.CodePage863, 865: charmap.CodePage865, 866: charmap.CodePage866, 874: charmap.Windows874,
	1047: charmap.CodePage1047, 1140: charmap.CodePage1140,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
	1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257,
	1258: charmap.Windows1258, 10000: charmap.Macintosh, 10007: charmap.MacintoshCyrillic,
	10017: charmap.MacintoshCyrillic, 20866: charmap.KOI8R, 21866: charmap.KOI8U,
	28591: charmap.ISO8859_1, 28592: charmap.ISO8859_2, 28593: charmap.ISO8859_3, 28594: charmap.ISO8859_4,
	28595: charmap.ISO8859_5, 28596: charmap.ISO8859_6, 28597: charmap.ISO8859_7, 28598: charmap.ISO8859_8,
	28599: charmap.ISO8859_9, 28600: charmap.ISO8859_10, 28603: charmap.ISO8859_13, 28604: charmap.ISO8859_14,
	28605: charmap.ISO8859_15, 28606: charmap.ISO8859_16, 38596: charmap.ISO8859_6, 38598: charmap.ISO8859_8,
}

// multibyte are the pages with more than one byte to a character.
//
// QUIRK: 949 and 51949 share one decoder, as do 936, 20936 and 51936: mail
// labelled with the smaller set carries characters of the larger one.
var multibyte = map[int]*xpage{
	932: {enc: japanese.ShiftJIS, ascii: true}, 936: {enc: simplifiedchinese.GBK, ascii: true},
	949: {enc: korean.EUCKR, ascii: true}, 950: {enc: traditionalchinese.Big5, ascii: true},
	10001: {enc: japanese.ShiftJIS, ascii: true}, 10002: {enc: traditionalchinese.Big5, ascii: true},
	10003: {enc: korean.EUCKR, ascii: true}, 10008: {enc: simplifiedchinese.GBK, ascii: true},
	12000: {enc: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	12001: {enc: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	20932: {enc: japanese.EUCJP, ascii: true}, 20936: {enc: simplifiedchinese.GBK, ascii: true},
	50220: {enc: japanese.ISO2022JP, tail: resetJP}, 50221: {enc: japanese.ISO2022JP, tail: resetJP},
	50222: {enc: japanese.ISO2022JP, tail: resetJP},
	51932: {enc: japanese.EUCJP, ascii: true}, 51936: {enc: simplifiedchinese.GBK, ascii: true},
	51949: {enc: korean.EUCKR, ascii: true}, 52936: {enc: simplifiedchinese.HZGB2312, tail: resetHZ},
	54936: {enc: simplifiedchinese.GB18030, ascii: true},
}

// special are the pages with code of their own.
var special = map[int]page{
	UTF16LE: utf16Page{}, UTF16BE: utf16Page{big: true},
	50225: krPage{}, 1361: johabPage{}, UTF7: utf7Page{}, UTF8: utf8Page{},
}

// asciiTable leaves every byte above 0x7F undefined.
func asciiTable() (t [256]rune) {
	for i := range t {
		if i < 0x80 {
			t[i] = rune(i)
		} else {
			t[i] = '\uFFFD'
		}
	}
	return t
}

// pages has every page; a single-byte one is built on first use.
var pages = sync.OnceValue(func() map[int]func() page {
	m := make(map[int]func() page, len(special)+len(multibyte)+len(charmaps)+len(generated)+1)
	single := func(cp int, table func() [256]rune) {
		m[cp] = sync.OnceValue(func() page { return newSingle(table()) })
	}
	for cp, c := range charmaps {
		single(cp, func() [256]rune { return charmapTable(cp, c) })
	}
	for cp, s := range generated {
		single(cp, func() [256]rune { return [256]rune([]rune(s)) })
	}
	single(ASCII, asciiTable)
	for cp, p := range multibyte {
		m[cp] = func() page { return p }
	}
	for cp, p := range special {
		m[cp] = func() page { return p }
	}
	return m
})

// lookup returns the page for cp, or nil.
func lookup(cp int) page {
	if f, ok := pages()[cp]; ok {
		return f()
	}
	return nil
}

// charmapTable reads c out. Undefined bytes 0x80 to 0x9F of the Windows pages
// are C1 controls, as MultiByteToWideChar has them; other undefined bytes are
// U+FFFD.
func charmapTable(cp int, c *charmap.Charmap) (t [256]rune) {
	windows := cp == 874 || cp >= 1250 && cp <= 1258
	for i := range t {
		t[i] = c.DecodeByte(byte(i))
		if t[i] == '\uFFFD' && windows && i >= 0x80 && i < 0xA0 {
			t[i] = rune(i)
		}
	}
	return t
}
