package plaintext

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// bodyOf writes the best body. Its error may be one of reading.
func (w *writer) bodyOf(b look.Bodies, at string) error {
	useText, err := w.prefersText(b)
	if err != nil {
		return err
	}
	switch {
	case useText:
		return w.text(b.Text)
	case b.HTML.Exists():
		return w.html(b.HTML, at)
	case b.Err != nil:
		return b.Err
	case b.Damage != nil:
		return fmt.Errorf("%w: %w", look.ErrUnreadable, b.Damage)
	}
	return nil
}

// blankHead is how much of a text body is looked at to see whether it is blank,
// in bytes.
const blankHead = 4 << 10

// prefersText reports whether the text body is the one to write.
func (w *writer) prefersText(b look.Bodies) (bool, error) {
	switch {
	case !b.Text.Exists() || w.opt.Links && b.HTML.Exists():
		return false, nil
	case !b.HTML.Exists():
		return true, nil
	}
	head, _, err := b.Text.Read(blankHead)
	return strings.TrimSpace(string(head)) != "", err
}

// html writes the text of HTML.
func (w *writer) html(b look.Body, at string) error {
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	t, err := look.ReadHTML(r, w.opt.Links)
	if text := look.Squeeze(look.Text(t.Text)); text != "" {
		w.put(w.gap() + look.Wrap(text, w.opt.Wrap) + "\n")
	}
	if len(t.Links) > 0 {
		w.put("\n")
	}
	for i, link := range t.Links {
		w.put(fmt.Sprintf("[%d] %s\n", i+1, look.Line(link)))
	}
	if t.Cut {
		w.say("text.body.cut", problem.Loss, at, 0, "the HTML is longer than what is read of it")
	}
	return err
}

// gap is the empty line between header and body.
func (w *writer) gap() string {
	if w.opt.NoHeader {
		return ""
	}
	return "\n"
}

// pieceLen is how much of a text body is written at once, in bytes.
const pieceLen = 64 << 10

// text writes a text body of any length, piece by piece.
func (w *writer) text(b look.Body) error {
	r, err := b.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	w.put(w.gap())
	buf, kept, last := make([]byte, pieceLen), 0, byte('\n')
	for {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		n, err := io.ReadFull(r, buf[kept:])
		n += kept
		end := err != nil
		whole := n
		if !end {
			whole = cutPiece(buf[:n])
		}
		if whole > 0 {
			last = w.piece(string(buf[:whole]), last)
		}
		kept = copy(buf, buf[whole:n])
		if !end {
			continue
		}
		if last != '\n' {
			w.put("\n")
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		return err
	}
}

// piece writes a piece and returns its last byte; of one that shows nothing, that
// of the piece before.
func (w *writer) piece(s string, last byte) byte {
	text := look.Wrap(look.Text(s), w.opt.Wrap)
	if text == "" {
		return last
	}
	w.put(text)
	return text[len(text)-1]
}

// cutPiece returns where a piece can be cut: behind a line, or in a line that is
// longer than the piece, where that cuts no character and no line end.
func cutPiece(b []byte) int {
	if i := strings.LastIndexByte(string(b), '\n'); i >= 0 {
		return i + 1
	}
	n := len(b)
	if b[n-1] == '\r' {
		n--
	}
	for i := 1; i < utf8.UTFMax && i < n; i++ {
		if c := b[n-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[n-i : n]) {
				return n - i
			}
			break
		}
	}
	return n
}
