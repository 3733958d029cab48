package store

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName bounds the name of a file that is made of foreign text, in bytes: what
// file systems take, without room for a number and an extension.
const MaxName = 200

// FileName makes the name of a file out of foreign text, one that every system
// takes for a file in the folder at hand: separators, control and format
// characters, what is no UTF-8 and what Windows forbids become "_", blanks and
// dots at the end go, and names of devices get "_" in front. It has at most
// MaxName bytes, and is "" when nothing is left. A name that it made stays as it
// is.
func FileName(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == 0x2028, r == 0x2029, r == utf8.RuneError,
			strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		}
		return r
	}, text)
	name = strings.TrimLeft(name, " ")
	if base, _, _ := strings.Cut(name, "."); isDevice(base) {
		name = "_" + name
	}
	return strings.TrimRight(ShortenName(name, MaxName), " .") // Windows drops them
}

// ShortenName cuts a name to that many bytes, at a character; a short extension
// stays.
func ShortenName(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	const longExt = 16
	ext := path.Ext(name)
	if len(ext) > longExt {
		ext = ""
	}
	cut := limit - len(ext)
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + ext
}

// devices are names that Windows takes for devices, with any extension; those
// of deviceSeries with a digit.
var devices = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true, "clock$": true, "conin$": true, "conout$": true}

var deviceSeries = []string{"com", "lpt"}

func isDevice(base string) bool {
	base = strings.ToLower(strings.TrimRight(base, " "))
	for _, series := range deviceSeries {
		if digit, ok := strings.CutPrefix(base, series); ok && utf8.RuneCountInString(digit) == 1 && strings.Contains("123456789¹²³", digit) {
			return true
		}
	}
	return devices[base]
}
