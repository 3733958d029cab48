package look

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName bounds the name of a file, in bytes: what file systems take,
// without room for a number.
const maxFileName = 200

// FileName makes the name of a file out of text from a message: one that every
// system takes for a file in the folder at hand. Separators, control and format
// characters and what Windows forbids become "_"; names of devices and names that
// begin with a dot get one in front. It is fallback when nothing is left.
func FileName(text, fallback string) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "_"))
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == 0x2028, r == 0x2029, strings.ContainsRune(`<>:"/\|?*`, r):
			return '_'
		}
		return r
	}, text)
	name = strings.Trim(shorten(name), " ")
	name = strings.TrimRight(name, ". ") // Windows drops them
	if strings.Trim(name, "._ ") == "" {
		return fallback
	}
	if base, _, _ := strings.Cut(name, "."); base == "" || isDevice(base) {
		return "_" + name
	}
	return name
}

// shorten cuts a name between characters and keeps its extension.
func shorten(name string) string {
	if len(name) <= maxFileName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 20 {
		ext = ""
	}
	stem, _ := Cut(strings.TrimSuffix(name, ext), maxFileName-len(ext))
	return stem + ext
}

// isDevice reports whether Windows takes a name for a device, whatever its
// extension.
func isDevice(base string) bool {
	base = strings.ToLower(strings.TrimRight(base, " "))
	switch base {
	case "con", "prn", "aux", "nul", "clock$", "conin$", "conout$":
		return true
	}
	for _, series := range []string{"com", "lpt"} {
		if n, ok := strings.CutPrefix(base, series); ok && utf8.RuneCountInString(n) == 1 && strings.Contains("0123456789¹²³", n) {
			return true
		}
	}
	return false
}

// A folderNames gives names in a folder, each once; capitals do not count.
type folderNames map[string]int

// claim returns name, or name with a number behind its stem when it was given
// before. Trying takes constant time on the average.
func (f folderNames) claim(name string) string {
	key := strings.ToLower(name)
	if f[key] == 0 {
		f[key] = 1
		return name
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := f[key] + 1; ; n++ {
		next := stem + " (" + strconv.Itoa(n) + ")" + ext
		if other := strings.ToLower(next); f[other] == 0 {
			f[key], f[other] = n, 1
			return next
		}
	}
}
