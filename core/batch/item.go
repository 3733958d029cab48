package batch

import (
	"encoding/json"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/core/report"
	"github.com/oxbridge-mail/oxbridge/core/session"
)

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

// extensionOf returns the extension of an input by what reports call it. Messages of
// a mailbox, such as INBOX#000001, are mail.
func extensionOf(name string) string {
	i := strings.LastIndexByte(name, '#')
	if i >= 0 && len(name)-i > 6 && strings.Trim(name[i+1:], "0123456789") == "" {
		return ".eml"
	}
	return path.Ext(name)
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
