package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

// maxRecord bounds the file of a record, in bytes.
const maxRecord = 1 << 20

// A Record is what a plugin said about itself when it was installed.
type Record struct {
	Name    string   `json:"name"`
	Version string   `json:"version,omitempty"`
	SHA256  string   `json:"sha256"` // of the program that said so
	Size    int64    `json:"size"`   // of it, in bytes
	Source  string   `json:"source,omitempty"`
	Lanes   int      `json:"lanes"`    // messages that a process takes at once
	Depth   int      `json:"pipeline"` // jobs open on a lane
	Formats []Format `json:"formats"`
	// Transforms says that it changes messages between reading and writing.
	Transforms bool     `json:"transforms,omitempty"`
	Options    []Option `json:"options,omitempty"`
}

// A Format is a format that a plugin reads, writes or both.
type Format struct {
	Name       string   `json:"name"`
	MediaType  string   `json:"media_type,omitempty"`
	Extensions []string `json:"extensions,omitempty"`
	Imports    bool     `json:"imports"`
	Exports    bool     `json:"exports"`
}

// An Option is a setting of a plugin.
type Option struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // text, bool or number
	Default string   `json:"default"`
	Choices []string `json:"choices,omitempty"`
	Min     int64    `json:"min,omitempty"`
	Max     int64    `json:"max,omitempty"`
	Help    string   `json:"help"`
}

// optionKinds are the words for kinds of options.
var optionKinds = map[sdk.OptionKind]string{sdk.OptionText: "text", sdk.OptionBool: "bool", sdk.OptionNumber: "number"}

// NewOption returns an option as it is recorded.
func NewOption(o sdk.Option) Option {
	return Option{Name: o.Name, Kind: optionKinds[o.Kind], Default: o.Default, Choices: o.Choices, Min: o.Min, Max: o.Max, Help: o.Help}
}

// Pin returns the pin of the program that the record is about.
func (r *Record) Pin() Pin {
	return Pin{Name: r.Name, Digest: store.Digest{SHA256: r.SHA256, Size: r.Size}, Version: r.Version}
}

// Exports reports whether the plugin writes a format.
func (r *Record) Exports(format string) bool {
	return r.has(format, func(f Format) bool { return f.Exports })
}

// Imports reports whether the plugin reads a format.
func (r *Record) Imports(format string) bool {
	return r.has(format, func(f Format) bool { return f.Imports })
}

func (r *Record) has(format string, does func(Format) bool) bool {
	for _, f := range r.Formats {
		if f.Name == format && does(f) {
			return true
		}
	}
	return false
}

// readRecord returns the record of a plugin, nil when there is none.
func (f Folder) readRecord(name string) (*Record, error) {
	file, err := openTrusted(f.recordPath(name), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxRecord+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxRecord {
		return nil, fmt.Errorf("%s is longer than %d bytes", f.recordPath(name), maxRecord)
	}
	return parseRecord(b, name)
}

// parseRecord reads a record of the plugin of that name.
func parseRecord(b []byte, name string) (*Record, error) {
	var r Record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("record of %s: %w", name, err)
	}
	if r.Name != name {
		return nil, fmt.Errorf("record of %s: is about %.80q", name, r.Name)
	}
	return &r, nil
}

// writeRecord replaces the record of a plugin.
func (f Folder) writeRecord(r *Record) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return err
	}
	return place(f.recordPath(r.Name), b.String())
}
