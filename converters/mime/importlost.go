package mime

import (
	"maps"
	"slices"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// carriedFields are the fields of body parts, in lower case, that an attachment
// or a body has properties for, or that say nothing beside its bytes.
var carriedFields = map[string]bool{
	"content-type": true, "content-transfer-encoding": true, "content-disposition": true, "content-description": true,
	"content-id": true, "content-location": true, "content-base": true, "content-length": true, "mime-version": true, "x-payload-class": true,
}

// carriedParams are the parameters of Content-Type and Content-Disposition, in
// lower case, that an attachment or a body has properties for, or that say
// nothing beside its bytes and its type.
var carriedParams = map[string]bool{
	"charset": true, "name": true, "filename": true, "size": true, "x-mac-creator": true, "x-mac-type": true,
	"creation-date": true, "create-date": true, "modification-date": true,
}

// maxLostFields bounds the names that are listed.
const maxLostFields = 20

// lostFields reports the fields of body parts that a message has no place for,
// once for all of them.
func (b *builder) lostFields() {
	if b.report == nil || b.keepsAll() {
		return // nobody asks, or everything is kept
	}
	var names []string
	seen := map[string]bool{}
	for _, p := range b.root.parts {
		names = p.fieldsLost(names, seen)
	}
	if len(names) > 0 {
		more := ""
		if len(names) > maxLostFields {
			names, more = names[:maxLostFields], " and others"
		}
		b.problem("mime.part.fields", problem.Info, "parts", "there is no place for these fields of parts: %s%s", strings.Join(names, ", "), more)
	}
}

// fieldsLost appends the names of the fields of a part, and of the parts in it,
// that are lost, each once and no more than maxLostFields and one. A message is
// none of its parts.
func (p *entity) fieldsLost(names []string, seen map[string]bool) []string {
	for _, f := range p.header {
		lower := lowerName(f.Name)
		if len(names) > maxLostFields {
			return names
		}
		if !carriedFields[lower] && !seen[lower] {
			seen[lower] = true
			names = append(names, f.Name)
		}
	}
	if p.isFile() {
		names = paramsLost(names, seen, "Content-Type", p.params)
		names = paramsLost(names, seen, "Content-Disposition", p.dispParams)
	}
	for _, q := range p.parts {
		names = q.fieldsLost(names, seen)
	}
	return names
}

// isFile reports whether a part became a file that holds its bytes: the
// parameters of a body have done their work, and those of an external body are
// what the file says.
func (p *entity) isFile() bool {
	return !p.used && p.message == nil && !p.is("multipart") && p.mediatype != "message/external-body"
}

// paramsLost is fieldsLost for the parameters of a field.
func paramsLost(names []string, seen map[string]bool, field string, params map[string]string) []string {
	for _, param := range slices.Sorted(maps.Keys(params)) {
		name := field + "; " + param
		if len(names) > maxLostFields {
			return names
		}
		if !carriedParams[param] && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
