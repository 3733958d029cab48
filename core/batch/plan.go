package batch

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
)

// Names of the files that a plan is made of, in its folder.
const (
	planFile  = "plan.json"    // the Header; it is written last
	itemsFile = "inputs.jsonl" // one Item for each line
)

// planVersion is the version of the plan's format.
const planVersion = 1

// A Plan is the list of the inputs of a run, cut into shards. It does not change
// once it is made, and any number of processes may read it at the same time.
type Plan struct {
	Header
	dir string
}

// A Header is what a plan says about the run as a whole.
type Header struct {
	Version int `json:"version"`
	Identity
	Made   time.Time `json:"made"`
	OutDir string    `json:"out"`    // as the user wrote it
	Items  int       `json:"items"`  // in all shards
	Bytes  int64     `json:"bytes"`  // of all items
	Done   int       `json:"done"`   // inputs that an earlier run has done
	Shards []Shard   `json:"shards"` // in order
	// Readable are folders that an earlier run could not list.
	Readable []string `json:"readable,omitempty"`
}

// An Identity is what the outputs of a run depend on, besides the contents of
// its inputs. Runs with the same identity are the same run, gone on with.
type Identity struct {
	To        string            `json:"to"`
	From      string            `json:"from,omitempty"`    // see Options.FromFormat
	Program   string            `json:"program,omitempty"` // version of oxbridge
	Plugin    string            `json:"plugin,omitempty"`  // name and version
	Settings  map[string]string `json:"settings,omitempty"`
	Roots     []Root            `json:"paths,omitempty"`        // that the user named
	RootsHash string            `json:"paths_sha256,omitempty"` // instead, when they are many
	Folder    string            `json:"folder,omitempty"`       // that relative paths start at
	Select    Selection         `json:"select"`
	Naming    string            `json:"name_template,omitempty"`
	Layout    string            `json:"layout,omitempty"`
	OnLoss    string            `json:"on_loss,omitempty"`

	MessagesAsFiles bool   `json:"messages_as_files,omitempty"`
	Prepared        string `json:"prepared,omitempty"` // see Options.Prepared
	Limits          string `json:"limits,omitempty"`   // bounds that are not at their default, as limits.SetList reads them

	Transforms []Transform `json:"transforms,omitempty"`
}

// maxIdentityRoots is up to how many paths a plan names what it was made of.
const maxIdentityRoots = 100

// hashRoots returns the SHA-256 of a list of paths.
func hashRoots(roots []Root) string {
	h := sha256.New()
	for _, r := range roots {
		fmt.Fprintf(h, "%q %q\n", r.Path, r.Rel)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// ID returns a short name for the identity.
func (id Identity) ID() string {
	b, err := json.Marshal(id) // maps come out sorted
	if err != nil {
		panic(err) // there is nothing in it that cannot be marshalled
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// A Shard is a run of items in a plan: what one call of RunShard does.
type Shard struct {
	Offset int64  `json:"offset"` // in the file of the items, bytes
	Length int64  `json:"length"` // bytes
	Items  int    `json:"items"`
	Bytes  int64  `json:"bytes"`  // of the inputs
	SHA256 string `json:"sha256"` // of the lines
}

// An Item is an input of a plan.
type Item struct {
	Path   string // of the file
	Member string // of the archive at Path, "" when the file is the message
	Range  *Range // where the member lies
	Size   int64  // bytes
	Out    string // name of the output in the storage of the outputs
	// Format is that of the side that is not .msg; when the format stays, that of
	// both, and Direction is 0.
	Format    string
	Direction session.Direction
	// Prior is the SHA-256 of an earlier output for this input, which may be
	// replaced.
	Prior string
	Why   string // it is to be done
	// State is not "" when planning has decided what becomes of the item.
	State  report.State
	Reason string
}

// A Range says where in an archive a member lies.
type Range struct {
	Offset  int64 `json:"offset"`
	Length  int64 `json:"length"`            // bytes
	Deflate bool  `json:"deflate,omitempty"` // the bytes are compressed
	// Packed says that the archive is compressed as a whole: Offset and Length are
	// those in what it unpacks to.
	Packed bool `json:"packed,omitempty"`
	// Mailbox says that the file is a mailbox; Quoted are the offsets in the
	// message of each ">" that is not part of it.
	Mailbox bool    `json:"mailbox,omitempty"`
	Quoted  []int64 `json:"quoted,omitempty"`
}

// Name returns how reports call the item.
func (it *Item) Name() string {
	if it.Member != "" && it.Range != nil && it.Range.Mailbox {
		return it.Path + "#" + it.Member
	}
	if it.Member != "" {
		return it.Path + "!" + it.Member
	}
	return it.Path
}

// jsonItem is an Item as plans have it. Names that are no UTF-8 are kept as
// bytes.
type jsonItem struct {
	Path      string       `json:"path,omitempty"`
	PathBytes []byte       `json:"path_base64,omitempty"`
	Member    string       `json:"member,omitempty"`
	Range     *Range       `json:"range,omitempty"`
	Size      int64        `json:"size"`
	Out       string       `json:"out,omitempty"`
	OutBytes  []byte       `json:"out_base64,omitempty"`
	Format    string       `json:"format,omitempty"`
	Import    bool         `json:"import,omitempty"`
	Same      bool         `json:"same,omitempty"` // the format stays
	Prior     string       `json:"prior,omitempty"`
	Why       string       `json:"why,omitempty"`
	State     report.State `json:"state,omitempty"`
	Reason    string       `json:"reason,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (it Item) MarshalJSON() ([]byte, error) { return json.Marshal(it.json()) }

// json returns the item as plans have it.
func (it *Item) json() jsonItem {
	j := jsonItem{Member: it.Member, Range: it.Range, Size: it.Size, Format: it.Format, Import: it.Direction == session.Import,
		Same: it.Direction == 0 && it.Format != "", Prior: it.Prior, Why: it.Why, State: it.State, Reason: it.Reason}
	j.Path, j.PathBytes = textOrBytes(it.Path)
	j.Out, j.OutBytes = textOrBytes(it.Out)
	return j
}

// UnmarshalJSON implements json.Unmarshaler.
func (it *Item) UnmarshalJSON(b []byte) error {
	var j jsonItem
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*it = j.item()
	return nil
}

// item is the opposite of Item.json.
func (j *jsonItem) item() Item {
	it := Item{Path: j.Path + string(j.PathBytes), Member: j.Member, Range: j.Range, Size: j.Size, Out: j.Out + string(j.OutBytes),
		Format: j.Format, Direction: session.Export, Prior: j.Prior, Why: j.Why, State: j.State, Reason: j.Reason}
	switch {
	case j.Same:
		it.Direction = 0
	case j.Import:
		it.Direction = session.Import
	}
	return it
}

func textOrBytes(s string) (string, []byte) {
	if utf8.ValidString(s) {
		return s, nil
	}
	return "", []byte(s)
}

// OpenPlan opens the plan in a folder.
func OpenPlan(dir string) (*Plan, error) {
	b, err := os.ReadFile(filepath.Join(dir, planFile))
	if err != nil {
		return nil, err
	}
	p := &Plan{dir: dir}
	if err := json.Unmarshal(b, &p.Header); err != nil {
		return nil, fmt.Errorf("plan %s: %w", dir, err)
	}
	if p.Version != planVersion {
		return nil, fmt.Errorf("plan %s: version %d is not known", dir, p.Version)
	}
	return p, nil
}

// Dir returns the folder of the plan.
func (p *Plan) Dir() string { return p.dir }

// ShardHeader returns the header of a plan that has shard n alone, which must
// exist.
func (p *Plan) ShardHeader(n int) Header {
	h := p.Header
	h.Shards = h.Shards[n : n+1]
	h.Items, h.Bytes, h.Done = h.Shards[0].Items, h.Shards[0].Bytes, 0
	return h
}

// ErrShard means that a plan has no shard of that number, or that the shard is
// not what it was when the plan was made.
var ErrShard = errors.New("no such shard")

// maxLine bounds a line of a plan, in bytes.
const maxLine = 4 << 20

// Shard returns the items of shard n, which counts from 0.
func (p *Plan) Shard(n int) ([]Item, error) {
	if n < 0 || n >= len(p.Shards) {
		return nil, fmt.Errorf("%w: %d of %d", ErrShard, n, len(p.Shards))
	}
	s := p.Shards[n]
	f, err := os.Open(filepath.Join(p.dir, itemsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hash := sha256.New()
	lines := bufio.NewScanner(io.TeeReader(io.NewSectionReader(f, s.Offset, s.Length), hash))
	lines.Buffer(nil, maxLine)
	var items []Item
	for lines.Scan() {
		var j jsonItem // not an Item, as encoding/json would read the line twice
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return nil, fmt.Errorf("plan %s: shard %d: %w", p.dir, n, err)
		}
		items = append(items, j.item())
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("plan %s: shard %d: %w", p.dir, n, err)
	}
	if len(items) != s.Items || hex.EncodeToString(hash.Sum(nil)) != s.SHA256 {
		return nil, fmt.Errorf("%w: shard %d of %s was changed after the plan was made", ErrShard, n, p.dir)
	}
	return items, nil
}

// A planWriter writes a plan.
type planWriter struct {
	header Header
	dir    string
	file   *os.File
	buf    *bufio.Writer
	offset int64
	shard  Shard
	hash   interface {
		io.Writer
		Sum([]byte) []byte
	}
	maxItems int
	maxBytes int64
}

func newPlanWriter(dir string, h Header, maxItems int, maxBytes int64) (*planWriter, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, itemsFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	h.Version = planVersion
	return &planWriter{header: h, dir: dir, file: f, buf: bufio.NewWriterSize(f, 64<<10), hash: sha256.New(),
		maxItems: maxItems, maxBytes: maxBytes}, nil
}

// add appends an item, to the shard at hand or to a new one when that is full.
func (w *planWriter) add(it Item) error {
	if w.shard.Items >= w.maxItems || w.shard.Items > 0 && w.shard.Bytes+it.Size > w.maxBytes {
		w.cut()
	}
	line, err := json.Marshal(it.json())
	if err != nil {
		return err
	}
	line = append(line, '\n')
	_, _ = w.hash.Write(line) // a hash takes everything
	w.offset += int64(len(line))
	w.shard.Items++
	w.shard.Bytes += it.Size
	w.header.Items++
	w.header.Bytes += it.Size
	_, err = w.buf.Write(line)
	return err
}

// cut ends the shard at hand.
func (w *planWriter) cut() {
	if w.shard.Items == 0 {
		return
	}
	w.shard.Length = w.offset - w.shard.Offset
	w.shard.SHA256 = hex.EncodeToString(w.hash.Sum(nil))
	w.header.Shards = append(w.header.Shards, w.shard)
	w.shard, w.hash = Shard{Offset: w.offset}, sha256.New()
}

// finish makes the plan valid.
func (w *planWriter) finish() (*Plan, error) {
	w.cut()
	err := w.buf.Flush()
	if err == nil {
		err = w.file.Sync()
	}
	if cerr := w.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(w.header, "", " ")
	if err != nil {
		return nil, err
	}
	if err := WriteOnce(filepath.Join(w.dir, planFile), append(b, '\n')); err != nil {
		return nil, err
	}
	return &Plan{w.header, w.dir}, nil
}
