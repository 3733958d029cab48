package batch

import (
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mailbox"
)

// openItem opens an input for reading.
func openItem(ctx context.Context, in store.Storage, packed *Unpacker, it *Item) (src *store.Source, err error) {
	if it.Range != nil && it.Range.Packed {
		src, _, err = packed.open(ctx, in, it.Path)
	} else {
		src, err = in.Open(ctx, it.Path)
	}
	if err != nil || it.Range == nil {
		return src, err
	}
	inner, err := openMember(src, it)
	if err != nil {
		_ = src.Close()
		return nil, err
	}
	return store.NewSource(inner, inner.Size(), src.ModTime(), closers{inner, src}), nil
}

// closers closes several things.
type closers []io.Closer

func (c closers) Close() error {
	var first error
	for _, x := range c {
		if err := x.Close(); first == nil {
			first = err
		}
	}
	return first
}

// inflateMemory is up to what size a compressed member is read into memory, in
// bytes; a larger one goes to a temporary file.
const inflateMemory = 1 << 20

// openMember opens a member of an archive, which stays open. The time of change
// is the archive's.
func openMember(archive *store.Source, it *Item) (*store.Source, error) {
	if it.Range.Mailbox {
		in := mailbox.Restore(it.Range.Offset, it.Range.Length, it.Range.Quoted).Input(context.Background(), archive)
		return store.NewSource(in, in.Size(), archive.ModTime(), nil), nil
	}
	part := io.NewSectionReader(archive, it.Range.Offset, it.Range.Length)
	if !it.Range.Deflate {
		return store.NewSource(part, part.Size(), archive.ModTime(), nil), nil
	}
	inflate := flate.NewReader(part)
	defer inflate.Close()
	limited := io.LimitReader(inflate, it.Size)
	if it.Size <= inflateMemory {
		b, err := io.ReadAll(limited)
		if err == nil && int64(len(b)) < it.Size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, fmt.Errorf("member %s: %w", it.Member, err)
		}
		return store.NewSource(bytes.NewReader(b), it.Size, archive.ModTime(), nil), nil
	}
	file, err := newTemp()
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(file, limited)
	if err == nil && n < it.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("member %s: %w", it.Member, err)
	}
	return store.NewSource(file, it.Size, archive.ModTime(), file), nil
}

// A tempFile is a file that is gone when it is closed.
type tempFile struct {
	*os.File
	named bool // it has a name still
}

// newTemp makes a temporary file. Where a file in use can be removed it has no
// name any more, so that nothing stays behind of a process that is killed.
func newTemp() (*tempFile, error) {
	f, err := os.CreateTemp("", store.TempPrefix+"*")
	if err != nil {
		return nil, err
	}
	return &tempFile{f, os.Remove(f.Name()) != nil}, nil
}

// Close closes the file and removes it, if that was not done before: its name may
// be somebody else's by now.
func (f *tempFile) Close() error {
	err := f.File.Close()
	if f.named {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// loadMemory is up to what size an input is read once, into memory, for its
// digest and all that follows, in bytes.
const loadMemory = 1 << 20

// digestItem returns the digest of an input that is open.
func digestItem(it *Item, src *store.Source) (d store.Digest, err error) {
	digest, err := beginDigest(it, src)
	if err != nil {
		return d, err
	}
	return digest()
}

// beginDigest is digestItem for an input that is read at the same time, when it is
// large: the function that it returns waits for the digest.
func beginDigest(it *Item, src *store.Source) (func() (store.Digest, error), error) {
	wrap := func(err error) error { return fmt.Errorf("read %s: %w", it.Name(), err) }
	if err := src.Load(loadMemory); err != nil {
		return nil, wrap(err)
	}
	digest := src.Digest()
	return func() (store.Digest, error) {
		d, err := digest()
		if err != nil {
			err = wrap(err)
		}
		return d, err
	}, nil
}

// An Opener opens inputs by the names that reports have for them. It remembers
// what is in the archive that it opened last. Not safe for concurrent use.
type Opener struct {
	In      store.Storage
	Packed  *Unpacker // for compressed archives; may be shared, must not be nil
	archive string
	members map[string]member
}

// Open opens an input: a file, or a member of an archive, ARCHIVE!MEMBER.
func (o *Opener) Open(ctx context.Context, name string) (*store.Source, error) {
	src, err := o.In.Open(ctx, name)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return src, err
	}
	for i, c := range name {
		if c != '!' && c != '#' {
			continue
		}
		if e, ok, _ := o.In.Exists(ctx, name[:i]); ok && e.Kind == store.KindFile {
			return o.openMember(ctx, name[:i], name[i+1:])
		}
	}
	return nil, err
}

func (o *Opener) openMember(ctx context.Context, archive, name string) (*store.Source, error) {
	if o.archive != archive {
		if err := o.list(ctx, archive); err != nil {
			return nil, err
		}
	}
	m, ok := o.members[name]
	if !ok || m.bad != "" {
		return nil, &fs.PathError{Op: "open", Path: archive + "!" + name, Err: fs.ErrNotExist}
	}
	return openItem(ctx, o.In, o.Packed, &Item{Path: archive, Member: name, Range: &m.where, Size: m.size})
}

// list reads what is in an archive.
func (o *Opener) list(ctx context.Context, archive string) error {
	src, err := o.In.Open(ctx, archive)
	if err != nil {
		return err
	}
	defer src.Close()
	kind, err := sniffSource(src)
	if err != nil {
		return err
	}
	var list []member
	switch {
	case isMailbox(src, filepath.ToSlash(archive)), kind == KindEML:
		list, err = mailboxMembers(src)
	case kind == KindZip, kind == KindTar:
		list, _, err = listContainer(src, kind)
	case kind == KindPacked:
		list, err = o.listPacked(ctx, archive)
	default:
		err = &fs.PathError{Op: "open", Path: archive, Err: errors.New("is no archive")}
	}
	if err != nil {
		return err
	}
	o.archive, o.members = archive, map[string]member{}
	for _, m := range list {
		o.members[m.name] = m
	}
	return nil
}

func (o *Opener) listPacked(ctx context.Context, archive string) ([]member, error) {
	src, _, err := o.Packed.open(ctx, o.In, archive)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	list, _, err := listContainer(src, KindPacked)
	return list, err
}
