package extract

import (
	"path"
	"strconv"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/store"
)

// FileName makes the name of a file out of text from a message, under the rules
// of store.FileName; a name that begins with a dot, which would be hidden, gets
// "_" in front. It is fallback when nothing is left.
func FileName(text, fallback string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, ".") {
		text = "_" + text
	}
	name := store.FileName(text)
	if strings.Trim(name, "._ ") == "" {
		return fallback
	}
	return name
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
