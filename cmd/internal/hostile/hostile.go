// Package hostile makes files that are meant to hurt whoever reads them: loops,
// lengths that lie, bombs, nests, and text that would like to be a header field.
// Every file comes of a rule alone, so that the same call makes the same bytes.
package hostile

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Case is one hostile file.
type Case struct {
	// Name is that of the file, with the extension.
	Name string
	// Attack says what the file does.
	Attack string
	// Small and Full are how large the file is made for a quick run and for a
	// whole one, in units of the case; 0 means that there is one size.
	Small, Full int
	// Many says that there are many messages in the file, whose time adds up.
	Many bool
	// Make writes the file in size n.
	Make func(w io.WriteSeeker, n int) error
}

// To returns the format that the file is converted to: "eml" or "msg".
func (c Case) To() string {
	if strings.HasSuffix(c.Name, ".msg") {
		return "eml"
	}
	return "msg"
}

// Write makes the file in a folder and returns its path.
func (c Case) Write(dir string, full bool) (string, error) {
	path := filepath.Join(dir, c.Name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	n := c.Small
	if full {
		n = c.Full
	}
	err = c.Make(f, n)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return path, err
}

// Bombs are the cases that cost time and memory, or would. Each is to be
// converted alone.
func Bombs() []Case {
	return slices.Concat(nests(), headers(), fields(), encodings(), structures(), kinds(), containers(), values(), texts(), pages(), lies(), valueLies(), richText(), archives())
}

// Injections are small messages with text that would like to be a header field;
// none of them may give an output a field that begins with [Mark].
func Injections() []Case { return slices.Concat(mailInjections(), messageInjections()) }

// Mark begins the name of every header field that the injections try to make.
const Mark = "X-Injected"

// mail returns a case for a file of Internet mail.
func mail(name, attack string, small, full int, write func(b *bufio.Writer, n int)) Case {
	return Case{Name: name + ".eml", Attack: attack, Small: small, Full: full, Make: func(w io.WriteSeeker, n int) error {
		b := bufio.NewWriterSize(w, 256<<10)
		write(b, n)
		return b.Flush()
	}}
}

// put writes strings; b keeps the first error.
func put(b *bufio.Writer, texts ...string) {
	for _, s := range texts {
		_, _ = b.WriteString(s)
	}
}

// repeat writes a string n times.
func repeat(b *bufio.Writer, n int, s string) {
	for range n {
		_, _ = b.WriteString(s)
	}
}

// head begins a message.
const head = "From: Ada <ada@example.org>\r\nTo: Grace <grace@example.com>\r\nSubject: hostile\r\nDate: Mon, 2 Jan 2006 15:04:05 +0000\r\nMIME-Version: 1.0\r\n"

func sortByName(list []Case) {
	slices.SortFunc(list, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
}
