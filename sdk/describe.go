package sdk

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// Features returns the names of the optional parts of the wire that the plugin
// uses, which follow from its fields: "transform" for a Transformer, "probe" for a
// format with a Probe.
func (p Plugin) Features() []string {
	var all []string
	if p.Transformer != nil {
		all = append(all, wire.FeatureTransform)
	}
	for _, f := range p.Formats {
		if f.Probe != nil {
			return append(all, wire.FeatureProbe)
		}
	}
	return all
}

// described is what describe prints.
type described struct {
	Name       string            `json:"name"`
	Version    string            `json:"version,omitempty"`
	Formats    []describedFormat `json:"formats"`
	Transforms bool              `json:"transforms,omitempty"`
	Options    []describedOption `json:"options,omitempty"`
	Features   []string          `json:"features,omitempty"`
	Jobs       int               `json:"jobs,omitempty"` // at once; left out when there is no limit
}

type describedFormat struct {
	Name       string           `json:"name"`
	MediaType  string           `json:"media_type,omitempty"`
	Extensions []string         `json:"extensions,omitempty"`
	Magic      []describedMagic `json:"magic,omitempty"`
	Probes     bool             `json:"probes,omitempty"`
	Imports    bool             `json:"imports"`
	Exports    bool             `json:"exports"`
}

type describedMagic struct {
	Offset int    `json:"offset"`
	Bytes  []byte `json:"bytes"` // in base64
}

type describedOption struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Default string   `json:"default,omitempty"`
	Choices []string `json:"choices,omitempty"`
	Min     int64    `json:"min,omitempty"`
	Max     int64    `json:"max,omitempty"`
	Help    string   `json:"help"`
}

// describe prints p as JSON.
func describe(p Plugin, w io.Writer) int {
	d := described{Name: p.Name, Version: p.Version, Formats: []describedFormat{}, Transforms: p.Transformer != nil, Features: p.Features(), Jobs: p.Jobs}
	for _, o := range p.Options {
		d.Options = append(d.Options, describedOption{o.Name, o.Kind.String(), o.Default, o.Choices, o.Min, o.Max, o.Help})
	}
	for _, f := range p.Formats {
		g := describedFormat{Name: f.Name, MediaType: f.MediaType, Extensions: f.Extensions, Probes: f.Probe != nil, Imports: f.Importer != nil, Exports: f.Exporter != nil}
		for _, m := range f.Magic {
			g.Magic = append(g.Magic, describedMagic{m.Offset, []byte(m.Bytes)})
		}
		d.Formats = append(d.Formats, g)
	}
	if err := json.NewEncoder(w).Encode(d); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
