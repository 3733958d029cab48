package extract

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// An Extractor writes what messages hold as files. Its methods are not safe for
// concurrent use.
type Extractor struct {
	// Root is the folder. Nothing is written outside of it, whatever links there
	// are in it, and no file that exists is changed.
	Root *os.Root
	// Rich reads bodies in RTF; it may be nil.
	Rich look.RichText
	// Wrote, if not nil, is told each file: its path below Root, and its size in
	// bytes.
	Wrote func(path string, size int64)
}

// Message writes the bodies of a message, its attachments and the header it came
// with into a folder below the root, "." for the root itself. Messages attached
// to it get folders of their own. References are not followed.
func (x *Extractor) Message(folder string, m *mapi.Message) error {
	f := &extraction{Extractor: x, dir: folder, names: folderNames{}}
	err := errors.Join(f.bodies(m.Props), f.value("header.txt", m.Props, proptag.TransportMessageHeaders))
	for i, a := range m.Attachments {
		if a != nil {
			err = errors.Join(err, f.attachment(i, a))
		}
	}
	return err
}

// extraction is one folder.
type extraction struct {
	*Extractor
	dir   string
	names folderNames
}

func (f *extraction) bodies(ps mapi.Props) error {
	b := look.BodiesOf(ps, f.Rich)
	err := b.Err
	for _, form := range []struct {
		name string
		body look.Body
	}{{"body.txt", b.Text}, {"body.html", b.HTML}} {
		if form.body.Exists() {
			err = errors.Join(err, f.file(form.name, form.body.Open))
		}
	}
	if v, ok := ps.Get(proptag.RtfCompressed); ok {
		err = errors.Join(err, f.file("body.rtf", func() (io.ReadCloser, error) {
			r, err := look.Open(v)
			if err != nil {
				return nil, err
			}
			return limited{io.LimitReader(lzfu.NewReader(r), limits.LookRTF.Get()), r}, nil
		}))
	}
	return err
}

// limited is a reader that closes another.
type limited struct {
	io.Reader
	io.Closer
}

// value writes a string or binary property that is not empty.
func (f *extraction) value(name string, ps mapi.Props, tag mapi.Tag) error {
	v, ok := ps.Get(tag)
	if !ok || v == "" {
		return nil
	}
	return f.file(name, func() (io.ReadCloser, error) { return look.Open(v) })
}

func (f *extraction) attachment(i int, a *mapi.Attachment) error {
	fallback := fmt.Sprintf("attachment %d", i)
	name := FileName(look.AttachmentName(a), fallback)
	if a.Embedded != nil {
		dir, err := f.folder(name)
		if err != nil {
			return err
		}
		return f.Message(dir, a.Embedded)
	}
	data := look.AttachmentData(a)
	if data == nil {
		return nil
	}
	if name == fallback {
		name += extensionOf(look.AttachmentType(a))
	}
	return f.file(name, func() (io.ReadCloser, error) { return look.Open(data) })
}

// extensionOf is the usual extension of the media types of attachments that come
// without a name, or "".
func extensionOf(mediaType string) string {
	switch mediaType {
	case "image/png", "image/gif", "application/pdf", "image/bmp":
		return "." + path.Base(mediaType)
	case "image/jpeg":
		return ".jpg"
	case "text/plain":
		return ".txt"
	case "text/html":
		return ".html"
	case "text/calendar":
		return ".ics"
	case "text/vcard", "text/x-vcard":
		return ".vcf"
	}
	return ""
}

// folder makes a folder that was not there.
func (f *extraction) folder(name string) (string, error) {
	for {
		p := path.Join(f.dir, f.names.claim(name))
		err := f.Root.Mkdir(p, 0o755)
		if !errors.Is(err, fs.ErrExist) {
			return p, err
		}
	}
}

// file writes a file that was not there, under name or that with a number. What
// is cut short by an error stays, and the error says so.
func (f *extraction) file(name string, open func() (io.ReadCloser, error)) error {
	src, err := open()
	if err != nil {
		return fmt.Errorf("%s: %w", path.Join(f.dir, name), err)
	}
	defer src.Close()
	dst, p, err := f.create(name)
	if err != nil {
		return err
	}
	n, err := io.Copy(dst, src)
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	if f.Wrote != nil {
		f.Wrote(p, n)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	return nil
}

func (f *extraction) create(name string) (*os.File, string, error) {
	for {
		p := path.Join(f.dir, f.names.claim(name))
		dst, err := f.Root.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, fs.ErrExist) {
			return dst, p, err
		}
	}
}
