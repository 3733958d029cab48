package main

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// A screen is where a command writes for people: how wide it is, and whether it
// shows colours.
type screen struct {
	io.Writer
	terminal bool
	width    int // columns; 0 in a pipe, where lines are left as long as they are
	colour   bool
}

// colourFlag is the flag --color.
type colourFlag string

// addTo declares the flag.
func (c *colourFlag) addTo(f *pflag.FlagSet) {
	*c = "auto"
	f.Var(c, "color", "colours: auto (on a terminal, unless NO_COLOR is set), always or never")
}

// Set implements pflag.Value.
func (c *colourFlag) Set(s string) error {
	switch s {
	case "auto", "always", "never":
		*c = colourFlag(s)
		return nil
	}
	return fmt.Errorf("%q is not auto, always or never", s)
}

// String implements pflag.Value.
func (c *colourFlag) String() string { return string(*c) }

// Type implements pflag.Value.
func (c *colourFlag) Type() string { return "when" }

// newScreen looks at what w is. A terminal that says that it is dumb gets no
// colours (see no-color.org for NO_COLOR).
func newScreen(w io.Writer, colour colourFlag) screen {
	s := screen{Writer: w, colour: colour == "always"}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return s
	}
	s.terminal, s.width = true, 80
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		s.width = width
	}
	if colour == "auto" {
		s.colour = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && understandsColours()
	}
	return s
}

// understandsColours reports whether terminals of the system know SGR. The old
// console of Windows does only when it is told to.
func understandsColours() bool { return runtime.GOOS != "windows" || os.Getenv("WT_SESSION") != "" }

// A style is a way to write that stands out.
type style string

// The styles, as the numbers of SGR (ECMA-48 8.3.117).
const (
	bold  style = "1"
	faint style = "2"
	red   style = "31"
	green style = "32"
	cyan  style = "36"
)

// in returns text in a style, as it is on a screen without colours.
func (s screen) in(st style, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}
