package batch

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// A member is a file in an archive.
type member struct {
	name  string
	size  int64
	where Range
	bad   string // why it cannot be read, or ""
}

// containers list what is in a file that holds messages, by its kind; a packed one
// is read when it is unpacked. Each member must be readable by its Range alone.
// What was found before an error is returned with it.
var containers = map[Kind]func(*store.Source) ([]member, error){
	KindZip:    zipMembers,
	KindTar:    tarMembers,
	KindPacked: tarMembers,
}

// containerNames are the extensions of files that are opened as containers. The
// documents of many programs are zip files too.
var containerNames = map[string]bool{
	".zip": true, ".tar": true, ".tgz": true, ".tar.gz": true, ".tbz": true, ".tbz2": true, ".tar.bz2": true,
	".tzst": true, ".tar.zst": true, ".txz": true, ".tar.xz": true,
}

// isContainer reports whether a file is called like a container.
func isContainer(name string) bool {
	name = strings.ToLower(path.Base(name))
	ext := path.Ext(name)
	return containerNames[ext] || containerNames[path.Ext(strings.TrimSuffix(name, ext))+ext]
}

// listContainer lists what is in a container: names are text, and each there
// once. damage is what ended the list early, and err what is wrong with all of it.
func listContainer(src *store.Source, kind Kind) (members []member, damage, err error) {
	members, err = containers[kind](src)
	if err != nil && len(members) == 0 {
		return nil, nil, err
	}
	seen := make(map[string]int, len(members))
	for i := range members {
		m := &members[i]
		m.where.Packed = kind == KindPacked
		m.name = strings.ToValidUTF8(m.name, "\uFFFD")
		for n := seen[m.name]; n > 0; n = seen[m.name] {
			seen[m.name]++
			m.name = fmt.Sprintf("%s (%d)", m.name, n+1)
		}
		seen[m.name]++
	}
	return members, err, nil
}

// maxRatio is what DEFLATE can make of a byte at most (RFC 1951).
const maxRatio = 1032

// packed plans the members of an archive that is compressed as a whole.
func (p *planner) packed(ctx context.Context, it Item, rel string) error {
	src, u, err := p.opt.Packed.open(ctx, p.opt.In, it.Path)
	switch {
	case err != nil && (diskFull(err) || ctx.Err() != nil):
		return err
	case err != nil:
		it.State, it.Reason = report.Failed, "archive: "+err.Error()
		return p.add(it)
	}
	defer src.Close()
	return p.container(ctx, it, src, KindPacked, rel, u.damage)
}

// container plans the members of an archive, in the order of their names. damage
// is what is known to be wrong with it, or nil.
func (p *planner) container(ctx context.Context, it Item, src *store.Source, kind Kind, rel string, damage error) error {
	members, cut, err := listContainer(src, kind)
	if damage == nil {
		damage = cut
	}
	if err != nil {
		it.State, it.Reason = report.Failed, "archive: "+cmp.Or(damage, err).Error()
		return p.add(it)
	}
	if damage != nil {
		bad := it
		bad.State, bad.Reason = report.Failed, fmt.Sprintf("archive: %v, after %d members", damage, len(members))
		if err := p.add(bad); err != nil {
			return err
		}
	}
	slices.SortStableFunc(members, func(a, b member) int { return cmp.Compare(a.name, b.name) })
	if outer := p.names; outer.tree { // the names of members do not come in the order of a walk
		defer func() { p.names = outer }()
		p.names = namer{from: p.opt.inputs(), memory: p.opt.Memory, tree: false}
	}
	for _, m := range members {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if !p.opt.Select.takes(m.name, src.ModTime()) {
			continue
		}
		if err := p.member(ctx, Item{Path: it.Path, Member: m.name, Range: &m.where, Size: m.size}, m, src, rel); err != nil {
			return err
		}
	}
	return nil
}

// member plans one member of an archive.
func (p *planner) member(ctx context.Context, it Item, m member, archive *store.Source, rel string) error {
	if m.bad != "" {
		it.State, it.Reason = report.Failed, m.bad
		return p.add(it)
	}
	src, err := openMember(archive, &it)
	if err != nil {
		it.State, it.Reason = report.Failed, err.Error()
		return p.add(it)
	}
	defer src.Close()
	kind, err := sniffNamed(src, m.name)
	if err != nil {
		it.State, it.Reason = report.Failed, err.Error()
		return p.add(it)
	}
	return p.message(ctx, it, src, kind, path.Join(rel, sanitisePath(m.name)), false)
}

// zipMembers reads the directory of a zip file.
func zipMembers(src *store.Source) ([]member, error) {
	z, err := zip.NewReader(src, src.Size())
	if err != nil {
		return nil, err
	}
	if len(z.File) > limits.ArchiveMembers.Int() {
		return nil, fmt.Errorf("it has %d members, more than %d", len(z.File), limits.ArchiveMembers.Int())
	}
	var list []member
	var total uint64
	for _, f := range z.File {
		if f.Mode().IsDir() {
			continue
		}
		if total += f.UncompressedSize64; total > uint64(unpackLimit(src.Size())) || f.UncompressedSize64 > 1<<62 {
			return nil, errUnpackLimit{src.Size(), unpackLimit(src.Size())}
		}
		m := member{name: f.Name, size: int64(min(f.UncompressedSize64, 1<<62))}
		offset, err := f.DataOffset()
		m.where = Range{Offset: offset, Length: int64(min(f.CompressedSize64, 1<<62)), Deflate: f.Method == zip.Deflate}
		switch {
		case err != nil:
			m.bad = err.Error()
		case !f.Mode().IsRegular():
			m.bad = "not a regular file"
		case f.Flags&1 != 0:
			m.bad = "the member is encrypted"
		case f.Method != zip.Deflate && f.Method != zip.Store:
			m.bad = fmt.Sprintf("compression method %d is not known", f.Method)
		default:
			m.bad = m.implausible(src.Size())
		}
		list = append(list, m)
	}
	refuseShared(list)
	return list, nil
}

// refuseShared marks members whose bytes belong to another one, too: a file of a
// megabyte that holds a million megabytes is made that way.
func refuseShared(list []member) {
	at := make([]*member, 0, len(list))
	for i := range list {
		if list[i].bad == "" && list[i].where.Length > 0 {
			at = append(at, &list[i])
		}
	}
	slices.SortStableFunc(at, func(a, b *member) int { return cmp.Compare(a.where.Offset, b.where.Offset) })
	end := int64(0)
	for _, m := range at {
		if m.where.Offset < end {
			m.bad = "the member shares its bytes with another one"
			continue
		}
		end = max(end, m.where.Offset+m.where.Length)
	}
}

// implausible says what is wrong with the sizes of a member, or "".
func (m *member) implausible(archive int64) string {
	w := m.where
	switch {
	case m.size > limits.ArchiveMember.Get():
		return fmt.Sprintf("the member has %d bytes, more than %d", m.size, limits.ArchiveMember.Get())
	case w.Offset < 0 || w.Length < 0 || w.Offset > archive || w.Length > archive-w.Offset:
		return "the member reaches past the end of the archive"
	case !w.Deflate && w.Length != m.size:
		return "the member's sizes contradict each other"
	case w.Deflate && m.size > maxRatio*w.Length+64:
		return "the member's size is more than its bytes can expand to"
	}
	return ""
}

// tarMembers reads the headers of a tar file.
func tarMembers(src *store.Source) ([]member, error) {
	at := &counter{r: io.NewSectionReader(src, 0, src.Size())}
	t := tar.NewReader(at)
	var list []member
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return list, err
		case len(list) >= limits.ArchiveMembers.Int():
			return nil, fmt.Errorf("it has more than %d members", limits.ArchiveMembers.Int())
		case h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader:
			continue
		}
		m := member{name: h.Name, size: h.Size, where: Range{Offset: at.n, Length: h.Size}}
		switch {
		case h.Typeflag != tar.TypeReg:
			m.bad = "not a regular file"
		case h.PAXRecords["GNU.sparse.major"] != "" || h.PAXRecords["GNU.sparse.map"] != "":
			m.bad = "the member is sparse"
		default:
			m.bad = m.implausible(src.Size())
		}
		list = append(list, m)
	}
}

// counter knows where its reader stands: the tar package seeks, so that
// listing an archive does not read what is in it.
type counter struct {
	r *io.SectionReader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) Seek(offset int64, whence int) (int64, error) {
	n, err := c.r.Seek(offset, whence)
	if err == nil {
		c.n = n
	}
	return n, err
}
