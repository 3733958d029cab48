package charset

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// numbered are the prefixes that a code page number may follow in a canonical
// name: "cp1252", "x-cp1250", "windows-1252", "ibm850", "ms932".
var numbered = []string{"cp", "xcp", "windows", "xwindows", "win", "ibm", "xibm", "ms", "csibm", "cspc", "dos", "oem", ""}

// names are the preferred MIME names (IANA character set registry).
var names = preferredNames()

func preferredNames() map[int]string {
	m := map[int]string{
		codepage.ASCII: "us-ascii", codepage.UTF8: "utf-8", codepage.UTF7: "utf-7",
		codepage.UTF16LE: "utf-16le", codepage.UTF16BE: "utf-16be", 12000: "utf-32le", 12001: "utf-32be",
		874: "windows-874", 932: "shift_jis", 936: "gb2312", 949: "ks_c_5601-1987", 950: "big5",
		437: "ibm437", 850: "ibm850", 852: "ibm852", 855: "ibm855", 857: "ibm857", 858: "ibm00858",
		775: "ibm775", 866: "cp866", 869: "ibm869",
		10000: "macintosh", 10007: "x-mac-cyrillic", 20866: "koi8-r", 21866: "koi8-u",
		28603: "iso-8859-13", 28604: "iso-8859-14", 28605: "iso-8859-15", 28606: "iso-8859-16",
		28600: "iso-8859-10", 28601: "iso-8859-11", 38596: "iso-8859-6-i", 38598: "iso-8859-8-i",
		50220: "iso-2022-jp", 50221: "iso-2022-jp", 50222: "iso-2022-jp", 50225: "iso-2022-kr",
		20932: "euc-jp", 51932: "euc-jp", 51936: "gb2312", 20936: "gb2312", 51949: "euc-kr",
		52936: "hz-gb-2312", 54936: "gb18030",
		37: "ibm037", 500: "ibm500", 1026: "ibm1026", 1047: "ibm1047", 1140: "ibm01140", 20273: "ibm273", 20424: "ibm424",
	}
	for cp := 1250; cp <= 1258; cp++ {
		m[cp] = fmt.Sprintf("windows-%d", cp)
	}
	for i := 1; i <= 9; i++ {
		m[28590+i] = fmt.Sprintf("iso-8859-%d", i)
	}
	for cp := 860; cp <= 865; cp++ {
		m[cp] = fmt.Sprintf("ibm%d", cp)
	}
	return m
}

// aliases maps canonical names to code pages.
//
// QUIRK: gb2312 and euc-cn are read as 936, tis-620 as 874: producers use the
// larger Windows set under the name of the smaller one.
var aliases = aliasTable()

func aliasTable() map[string]int {
	m := make(map[string]int)
	for cp, list := range aliasLists {
		for _, name := range list {
			m[canonical(name)] = cp
		}
	}
	for part := 1; part <= 16; part++ {
		cp := 28590 + part
		if !codepage.Known(cp) { // there is no part 12
			continue
		}
		for _, form := range []string{"iso-8859-%d", "iso8859%d", "8859-%d", "x-iso-8859-%d", "csiso8859%d", "isoir8859%d"} {
			m[canonical(fmt.Sprintf(form, part))] = cp
		}
	}
	return m
}

// aliasLists are the names in use for each code page.
var aliasLists = map[int][]string{
	codepage.ASCII: {"us-ascii", "ascii", "us", "iso646-us", "iso_646.irv:1991", "ansi_x3.4-1968", "ansi_x3.4-1986",
		"iso-ir-6", "cp367", "ibm367", "csascii", "7bit", "usascii", "x-ascii", "ascii7"},
	codepage.UTF8: {"utf-8", "utf8", "unicode-1-1-utf-8", "unicode-2-0-utf-8", "x-unicode-2-0-utf-8", "x-utf-8", "csutf8", "utf-8n",
		"utf-8-mac", "utf8mb4", "utf8mb3", "utf-8-bom", "unicode11utf8", "cp65001", "utf-8-sig"},
	codepage.UTF7:    {"utf-7", "unicode-1-1-utf-7", "unicode-2-0-utf-7", "x-unicode-2-0-utf-7", "csunicode11utf7", "csutf7", "unicode-utf-7"},
	codepage.UTF16LE: {"utf-16", "utf-16le", "unicode", "ucs-2", "ucs-2le", "iso-10646-ucs-2", "csunicode", "csutf16", "csutf16le", "unicodefffe-le"},
	codepage.UTF16BE: {"utf-16be", "ucs-2be", "unicodefffe", "csutf16be"},
	12000:            {"utf-32", "utf-32le", "ucs-4", "ucs-4le", "iso-10646-ucs-4", "csutf32"},
	12001:            {"utf-32be", "ucs-4be"},
	codepage.Latin1: {"latin1", "latin-1", "l1", "iso_8859-1:1987", "iso-ir-100", "cp819", "ibm819", "csisolatin1", "iso8859_1",
		"8859_1", "iso-latin-1", "x-latin1", "iso-8859"},
	28592: {"latin2", "latin-2", "l2", "iso_8859-2:1987", "iso-ir-101", "csisolatin2"},
	28593: {"latin3", "latin-3", "l3", "iso_8859-3:1988", "iso-ir-109", "csisolatin3"},
	28594: {"latin4", "latin-4", "l4", "iso_8859-4:1988", "iso-ir-110", "csisolatin4"},
	28595: {"cyrillic", "iso_8859-5:1988", "iso-ir-144", "csisolatincyrillic"},
	28596: {"arabic", "iso_8859-6:1987", "iso-ir-127", "ecma-114", "asmo-708", "csisolatinarabic", "iso-8859-6-e", "csiso88596e"},
	28597: {"greek", "greek8", "iso_8859-7:1987", "iso-ir-126", "elot_928", "ecma-118", "csisolatingreek"},
	28598: {"hebrew", "iso_8859-8:1988", "iso-ir-138", "csisolatinhebrew", "iso-8859-8 visual", "visual", "iso-8859-8-e", "csiso88598e"},
	28599: {"latin5", "latin-5", "l5", "iso_8859-9:1989", "iso-ir-148", "csisolatin5", "turkish"},
	28600: {"latin6", "latin-6", "l6", "iso-ir-157", "csisolatin6"},
	28603: {"latin7", "latin-7", "l7", "iso-ir-179"},
	28604: {"latin8", "latin-8", "l8", "iso-celtic", "iso-ir-199"},
	28605: {"latin9", "latin-9", "l9", "latin0", "csisolatin9", "iso-ir-203"},
	28606: {"latin10", "latin-10", "l10", "iso-ir-226"},
	38596: {"iso-8859-6-i", "csiso88596i"},
	38598: {"iso-8859-8-i", "csiso88598i", "logical"},
	1361:  {"x-johab", "ms1361"},
	874:   {"windows-874", "dos-874", "tis-620", "tis620-2533", "tis620.2529-1", "iso-8859-11-windows", "x-windows-874", "cstis620", "thai"},
	932: {"shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "ms932", "windows-31j", "cswindows31j", "csshiftjis", "cp943",
		"ibm943", "x-ms-cp932", "mskanji", "shiftjis", "shift_jisx0213", "shift_jis-2004", "windows-932", "pck", "sjis-win", "x-sjis-cp932"},
	936: {"gb2312", "gbk", "x-gbk", "gb_2312-80", "iso-ir-58", "csiso58gb231280", "csgb2312", "chinese", "euc-cn", "x-euc-cn",
		"gb2312-80", "gb231280", "ms936", "windows-936", "csgbk", "gb_2312", "gb", "cn-gb"},
	949: {"ks_c_5601-1987", "ks_c_5601", "ks_c_5601-1989", "ksc5601", "ksc_5601", "ks_c_5601_1987", "korean", "iso-ir-149", "ms949",
		"windows-949", "uhc", "x-uhc", "x-windows-949", "csksc56011987", "ks-c-5601", "ksc-5601-1987", "ks_x_1001", "ksx1001", "x-cp20949"},
	950: {"big5", "big-5", "big5-hkscs", "big5hkscs", "x-x-big5", "x-big5", "cn-big5", "csbig5", "ms950", "windows-950", "big5-eten",
		"big5-hkscs:2004", "x-windows-950"},
	1250:  {"windows-1250", "x-cp1250", "cswindows1250"},
	1251:  {"windows-1251", "x-cp1251", "cswindows1251"},
	1252:  {"windows-1252", "x-ansi", "ansi", "cswindows1252", "windows-latin-1", "winlatin1", "x-cp1252"},
	10000: {"macintosh", "mac", "x-mac-roman", "macroman", "mac-roman", "csmacintosh", "x-macroman", "x-mac", "apple-roman"},
	10001: {"x-mac-japanese"}, 10002: {"x-mac-chinesetrad"}, 10003: {"x-mac-korean"}, 10008: {"x-mac-chinesesimp"},
	10006: {"x-mac-greek"}, 10007: {"x-mac-cyrillic", "mac-cyrillic", "maccyrillic"}, 10017: {"x-mac-ukrainian"},
	10004: {"x-mac-arabic"}, 10010: {"x-mac-romanian"}, 10082: {"x-mac-croatian"},
	10029: {"x-mac-ce", "x-mac-centraleurroman", "mac-centraleurope", "macintosh-ce", "mac-latin2"}, 10079: {"x-mac-icelandic"}, 10081: {"x-mac-turkish"},
	20866: {"koi8-r", "koi8", "koi", "cskoi8r", "koi8r"},
	21866: {"koi8-u", "koi8-ru", "koi8u", "cskoi8u"},
	50220: {"iso-2022-jp", "csiso2022jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "csiso2022jp2",
		"jis", "jis7", "cp50220", "iso-2022-jp-2004", "x-windows-iso2022jp"},
	50221: {"_iso-2022-jp$esc", "cp50221"},
	50222: {"_iso-2022-jp$sio", "cp50222"},
	50225: {"iso-2022-kr", "csiso2022kr"},
	51932: {"euc-jp", "x-euc-jp", "eucjp", "x-euc", "ujis", "cseucpkdfmtjapanese", "eucjp-ms", "cp51932",
		"extended_unix_code_packed_format_for_japanese", "euc-jp-ms", "eucjp-win"},
	51949: {"euc-kr", "x-euc-kr", "euckr", "cseuckr"},
	52936: {"hz-gb-2312", "hz", "x-hz", "hz-gb"},
	54936: {"gb18030", "gb18030-2000", "gb18030-2005", "csgb18030", "windows-54936"},
	437:   {"cspc8codepage437"}, 850: {"cspc850multilingual"}, 852: {"cspcp852"}, 866: {"866", "csibm866"},
	858: {"ibm00858", "ccsid00858", "cp00858", "pc-multilingual-850+euro"},
	862: {"cspc862latinhebrew"}, 720: {"dos-720"}, 869: {"cp-gr"}, 20424: {"ibm424", "cp424"}, 20273: {"ibm273", "cp273"},
	37: {"ibm037", "cp037", "ebcdic-cp-us"}, 1140: {"ibm01140", "cp01140"}, 500: {"ebcdic-cp-be"},
}
