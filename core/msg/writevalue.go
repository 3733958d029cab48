package msg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/cfb"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// Property attributes ([MS-OXMSG] 2.4.2).
const (
	mandatory = 1
	readable  = 2
	writable  = 4
)

// Last four bytes of the entry of a PtypObject ([MS-OXMSG] 2.4.2.2); the size
// before them is noSize.
const (
	reservedMessage = 1
	reservedStorage = 4
	noSize          = 0xFFFFFFFF
)

// embeddedValue stands for an embedded message that is written already.
var embeddedValue = stored{entry: [8]byte{0xFF, 0xFF, 0xFF, 0xFF, reservedMessage}}

// valueName returns the name of the stream or storage of a value.
func valueName(tag mapi.Tag) string { return numbered(valuePrefix, uint32(tag)) }

// numbered returns the prefix followed by n in eight hexadecimal digits.
func numbered(prefix string, n uint32) string {
	return string(appendNumbered(make([]byte, 0, 32), prefix, n))
}

// appendNumbered is numbered that appends to b.
func appendNumbered(b []byte, prefix string, n uint32) []byte {
	b = append(b, prefix...)
	for shift := 28; shift >= 0; shift -= 4 {
		b = append(b, "0123456789ABCDEF"[n>>shift&15])
	}
	return b
}

// properties writes the values in b and the property stream with its header.
func (w *writer) properties(st *cfb.StorageWriter, header []byte, b *bag, report problem.Reporter) error {
	stream, err := w.values(st, header, b, report)
	if err != nil {
		return err
	}
	return w.stream(st, propertyStream, stream)
}

// values writes what stands outside the property stream and returns that stream,
// which is good until the next call.
func (w *writer) values(st *cfb.StorageWriter, header []byte, b *bag, report problem.Reporter) ([]byte, error) {
	entries := append(w.entries[:0], header...)
	kept := 0
	for i := range b.items {
		it := &b.items[i]
		entries, kept = b.keptEntries(entries, kept, i)
		ok, err := w.value(st, it, report)
		if err != nil {
			return nil, fmt.Errorf("write property %v: %w", it.tag, err)
		}
		if !ok {
			continue
		}
		attributes := Attributes(it.tag)
		if it.attr != nil {
			attributes = *it.attr
		}
		entries = binary.LittleEndian.AppendUint32(entries, uint32(it.tag))
		entries = binary.LittleEndian.AppendUint32(entries, attributes)
		entries = append(entries, it.value.entry[:]...)
	}
	entries, _ = b.keptEntries(entries, kept, math.MaxInt32)
	w.entries = entries
	return entries, errors.Join(w.foreign(st, b, report), w.failed)
}

// value writes a value that stands outside the property stream and puts its
// size into the entry. It is false if the property has to be left out.
func (w *writer) value(st *cfb.StorageWriter, it *item, report problem.Reporter) (bool, error) {
	v := &it.value
	switch {
	case v.object:
		return w.object(st, it, report)
	case !v.stream:
		return true, nil
	}
	if v.large != nil && (it.tag.Type() == mapi.PtypBinary || v.coded) && v.large.Size() > math.MaxUint32 {
		return false, it.tooLarge(v.large.Size())
	}
	size, err := w.single(st, it)
	if err != nil {
		return false, err
	}
	if v.damage > 0 {
		report.Report(problem.Problem{Code: "msg.value.encoding", Severity: problem.Loss, Tag: it.tag,
			Detail: fmt.Sprintf("%d bytes of the encoded value break the rules of its encoding; what they stood for is not in it", v.damage)})
	}
	if v.lossy && v.large != nil {
		w.lossy(it.tag, w.names.name(it.tag.ID()), report)
	}
	switch it.tag.Type() {
	case mapi.PtypString:
		size += terminator
	case mapi.PtypString8:
		size++
	}
	if size > math.MaxUint32 {
		return false, it.tooLarge(size)
	}
	for i, b := range v.elems {
		if err := w.stream(st, numbered(valueName(it.tag)+"-", uint32(i)), b); err != nil {
			return false, err
		}
	}
	v.entry = [8]byte{}
	binary.LittleEndian.PutUint32(v.entry[:], uint32(size))
	return true, nil
}

// tooLarge says that size bytes do not fit the entry of a property.
func (it *item) tooLarge(size int64) error {
	return &FormatError{Path: valueName(it.tag), Spec: "[MS-OXMSG] 2.4.2.2", Detail: fmt.Sprintf("%d bytes", size), Err: ErrTooLarge}
}

// single writes the stream of a value and returns its length.
func (w *writer) single(st *cfb.StorageWriter, it *item) (int64, error) {
	name := w.text.numbered(valuePrefix, uint32(it.tag))
	if it.value.large == nil {
		data := it.value.data
		if it.value.wide {
			w.coded = codepage.AppendUTF16(w.coded[:0], it.value.text)
			data = w.coded
		}
		return int64(len(data)), w.stream(st, name, data)
	}
	r, coded, err := w.open(it)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	s, err := st.CreateStream(name)
	if err != nil {
		return 0, err
	}
	switch t := it.tag.Type(); {
	case coded:
		err = copyAll(s, r)
	case t == mapi.PtypString:
		err = copyText(s, r, codepage.EncodeUTF16)
	case t == mapi.PtypString8:
		err = copyText(s, r, func(text string) []byte {
			b, ok := codepage.Encode(w.page, text)
			it.value.lossy = it.value.lossy || !ok
			return b
		})
	default:
		err = copyAll(s, r)
	}
	if err != nil {
		return 0, err
	}
	it.value.damage = transfer.DamageOf(r)
	w.bytes += s.Size()
	return s.Size(), s.Close()
}

// open opens a large value; coded is true when the bytes need no encoding.
func (w *writer) open(it *item) (r io.ReadCloser, coded bool, err error) {
	v := &it.value
	coded = v.coded || v.as != 0
	if c, ok := v.large.(CodedText); ok && !coded {
		page := codepage.UTF16LE
		if it.tag.Type() == mapi.PtypString8 {
			page = w.page
		}
		if r, err := c.OpenCoded(page); r != nil || err != nil {
			return r, true, err
		}
	}
	r, err = v.large.Open()
	return r, coded, err
}

// stream writes a whole stream.
func (w *writer) stream(st *cfb.StorageWriter, name string, b []byte) error {
	w.bytes += int64(len(b))
	return st.WriteStream(name, b)
}

// copyText copies UTF-8 in the form that encode gives to whole characters.
func copyText(dst io.Writer, src io.Reader, encode func(string) []byte) error {
	borrowed := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(borrowed)
	buf := *borrowed
	kept := 0 // bytes at the start of buf that begin a character
	for {
		n, err := io.ReadFull(src, buf[kept:])
		n += kept
		whole := n
		if err == nil {
			whole = wholeRunes(buf[:n])
		}
		if _, werr := dst.Write(encode(string(buf[:whole]))); werr != nil {
			return werr
		}
		kept = copy(buf, buf[whole:n])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// wholeRunes returns the length of b without a character cut off at its end.
func wholeRunes(b []byte) int {
	for i := 1; i <= min(len(b), utf8.UTFMax); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if utf8.FullRune(b[len(b)-i:]) {
				break
			}
			return len(b) - i
		}
	}
	return len(b)
}

// fetch copies a Large into a spool.
func (w *writer) fetch(l mapi.Large) (*spool, error) {
	r, err := l.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	sp := &spool{dir: w.opt.TempDir}
	if err := copyAll(sp, r); err != nil {
		return nil, errors.Join(err, sp.Close())
	}
	return sp, nil
}

// object writes a stored object: a compound file becomes a storage
// ([MS-OXMSG] 2.2.2.2).
func (w *writer) object(st *cfb.StorageWriter, it *item, report problem.Reporter) (bool, error) {
	damaged := func(what string, err error) error {
		if !Damaged(err) {
			return err
		}
		report.Report(problem.Problem{Code: "msg.object.damaged", Severity: problem.Loss, Tag: it.tag, Detail: what + err.Error()})
		return nil
	}
	sp, err := w.fetch(it.value.large)
	if err != nil {
		return false, damaged("the object was left out: ", err)
	}
	defer sp.Close()
	f, err := cfb.Open(sp, sp.size, cfb.Options{MaxDepth: limits.MsgObjectDepth.Int()})
	if err != nil {
		return false, damaged("the object was left out: ", err)
	}
	sub, err := st.CreateStorage(valueName(it.tag))
	if err != nil {
		return false, err
	}
	if err := cfb.Copy(sub, f.Root()); err != nil {
		if err := damaged("the object was written in part: ", err); err != nil {
			return false, err
		}
	}
	w.bytes += total(f.Root())
	binary.LittleEndian.PutUint32(it.value.entry[:], noSize)
	binary.LittleEndian.PutUint32(it.value.entry[4:], reservedStorage)
	return true, nil
}
