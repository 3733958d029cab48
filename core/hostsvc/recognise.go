package hostsvc

import (
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk"
)

// ByMagic returns the format that the plugin reads and whose files begin as head
// does, "" if there is none. Of several the one with the longest magic counts.
func (d Description) ByMagic(head []byte) string {
	name, longest := "", 0
	for _, f := range d.Formats {
		for _, m := range f.Magic {
			if f.Imports && len(m.Bytes) > longest && has(head, m) {
				name, longest = f.Name, len(m.Bytes)
			}
		}
	}
	return name
}

func has(head []byte, m sdk.Magic) bool {
	end := m.Offset + len(m.Bytes)
	return end <= len(head) && string(head[m.Offset:end]) == m.Bytes
}

// ByExtension returns the format that the plugin reads and that files with the
// extension are called, "" if there is none. A format whose files can be told by
// what is in them is not told by their name.
func (d Description) ByExtension(extension string) string {
	for _, f := range d.Formats {
		for _, e := range f.Extensions {
			if f.Imports && !f.Probes && len(f.Magic) == 0 && strings.EqualFold(e, extension) {
				return f.Name
			}
		}
	}
	return ""
}
