package jsonmsg

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// formatName and formatVersion head every file.
const (
	formatName    = "oxbridge-message"
	formatVersion = 1
)

// Export writes m to dst. Large binary values are placed by dst.Ref, large
// strings are read and written piece by piece. m must be a tree.
//
// The one problem is json.property.type, a loss: a property whose type is not
// in [MS-OXCDATA], or whose value is not of its type.
//
// Errors are those of dst, of ctx and of reading a mapi.Large.
func Export(ctx context.Context, m *mapi.Message, dst transfer.Output, report problem.Reporter) error {
	w := &writer{ctx: ctx, dst: dst, report: report}
	w.text(fmt.Sprintf("{\n\"format\": %q,\n\"version\": %d,\n\"message\": ", formatName, formatVersion))
	w.message(m, "")
	w.text("\n}\n")
	w.flush()
	return w.err
}

// flushAt is how many bytes are gathered before they are written.
const flushAt = 64 << 10

// A writer writes one file. After an error it does nothing any more.
type writer struct {
	ctx    context.Context
	dst    transfer.Output
	report problem.Reporter
	buf    bytes.Buffer
	err    error
}

func (w *writer) text(s string) {
	w.buf.WriteString(s)
	if w.buf.Len() >= flushAt {
		w.flush()
	}
}

func (w *writer) flush() {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err == nil {
		_, w.err = w.dst.Write(w.buf.Bytes())
	}
	w.buf.Reset()
}

// json writes a value without a line end.
func (w *writer) json(v any) {
	enc := json.NewEncoder(&w.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && w.err == nil {
		w.err = err
	}
	w.buf.Truncate(w.buf.Len() - 1)
}

// message writes an object of kind message; at is its path.
func (w *writer) message(m *mapi.Message, at string) {
	w.text("{\"properties\": ")
	w.props(m.Props, at)
	list(w, "recipients", m.Recipients, func(i int, ps mapi.Props) {
		w.text("{\"properties\": ")
		w.props(ps, step(at, "recipient", i))
		w.text("}")
	})
	list(w, "attachments", m.Attachments, func(i int, a *mapi.Attachment) {
		here := step(at, "attachment", i)
		if a == nil {
			a = &mapi.Attachment{}
		}
		w.text("{\"properties\": ")
		w.props(a.Props, here)
		if a.Embedded != nil {
			w.text(",\n\"embedded\": ")
			w.message(a.Embedded, here+"/embedded")
		}
		w.text("}")
	})
	w.text("}")
}

// step is the path of an object below at.
func step(at, word string, i int) string {
	if at != "" {
		at += "/"
	}
	return fmt.Sprintf("%s%s %d", at, word, i)
}

// list writes a member of an object, unless it is empty.
func list[T any](w *writer, name string, items []T, write func(int, T)) {
	if len(items) == 0 || w.err != nil {
		return
	}
	w.text(fmt.Sprintf(",\n%q: [\n", name))
	for i, item := range items {
		if i > 0 {
			w.text(",\n")
		}
		write(i, item)
	}
	w.text("\n]")
}

func (w *writer) props(ps mapi.Props, at string) {
	w.text("[")
	between := "\n"
	for _, p := range ps {
		f, known := forms[p.Tag.Type()]
		large, isLarge := p.Value.(mapi.Large)
		var v any
		ok := known && isLarge && mayBeLarge(p.Tag.Type())
		if known && !ok {
			v, ok = f.enc(p.Value)
		}
		if !ok {
			w.report.Report(problem.Problem{
				Code: "json.property.type", Severity: problem.Loss, Object: at, Tag: p.Tag,
				Detail: fmt.Sprintf("%T is no value of %v", p.Value, p.Tag.Type()),
			})
			continue
		}
		w.text(between)
		between = ",\n"
		w.head(p)
		if isLarge {
			w.large(large, p.Tag.Type())
		} else {
			w.json(v)
		}
		w.text("}")
	}
	w.text("]")
}

// mayBeLarge reports whether values of a type may stay elsewhere.
func mayBeLarge(t mapi.Type) bool {
	return isText(t) || t == mapi.PtypBinary || t == mapi.PtypObject || t == mapi.PtypServerID
}

func isText(t mapi.Type) bool { return t == mapi.PtypString || t == mapi.PtypString8 }

// head writes a property up to its value.
func (w *writer) head(p mapi.Prop) {
	name := proptag.Name(p.Tag)
	switch {
	case p.Name.IsZero():
		w.text(fmt.Sprintf("{\"id\": \"0x%04X\"", p.Tag.ID()))
	case p.Name.Text != "":
		name = propname.Name(p.Name)
		w.text(fmt.Sprintf("{\"set\": %q, \"text\": ", p.Name.Set))
		w.json(p.Name.Text)
	default:
		name = propname.Name(p.Name)
		w.text(fmt.Sprintf("{\"set\": %q, \"lid\": %d", p.Name.Set, p.Name.ID))
	}
	w.text(fmt.Sprintf(", \"type\": %q", p.Tag.Type()))
	if name != "" {
		w.text(fmt.Sprintf(", \"name\": %q", name))
	}
	w.text(", \"value\": ")
}

// large writes a value that is not here.
func (w *writer) large(v mapi.Large, t mapi.Type) {
	w.text(`"`)
	if isText(t) {
		w.largeText(v)
	} else if w.flush(); w.err == nil {
		w.err = w.dst.Ref(v, transfer.Base64Line)
	}
	w.text(`"`)
}

// largeText writes a string piece by piece, escaped.
func (w *writer) largeText(v mapi.Large) {
	r, err := v.Open()
	if err != nil {
		w.err = err
		return
	}
	defer r.Close()
	piece := make([]byte, flushAt)
	kept := 0 // bytes of a character that the last piece cut
	for w.err == nil {
		n, err := io.ReadFull(r, piece[kept:])
		n += kept
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			w.err = err
			return
		}
		whole := n
		if !last {
			whole = cut(piece[:n])
		}
		w.escaped(string(piece[:whole]))
		if last {
			return
		}
		kept = copy(piece, piece[whole:n])
	}
}

// cut returns where b can be cut without cutting a character.
func cut(b []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return len(b) - i
			}
			break
		}
	}
	return len(b)
}

// escaped writes a piece of a string, without quotes.
func (w *writer) escaped(s string) {
	start := w.buf.Len()
	w.json(encText(s))
	if w.err != nil {
		return
	}
	b := w.buf.Bytes()
	copy(b[start:], b[start+1:len(b)-1])
	w.buf.Truncate(len(b) - 2)
	if w.buf.Len() >= flushAt {
		w.flush()
	}
}
