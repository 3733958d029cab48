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
	return p.read(n, p.Shards[n])
}

// read returns the items of a shard.
func (p *Plan) read(n int, s Shard) ([]Item, error) {
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
