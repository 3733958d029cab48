// Package proptag has a constant for each tagged property that [MS-OXPROPS]
// defines, without the prefix PidTag: proptag.Subject is PidTagSubject.
package proptag

import "github.com/oxbridge-mail/oxbridge/sdk/mapi"

// Name returns the canonical name of a tag, such as PidTagSubject, or "" for an
// unknown or named one. String types count as equal.
func Name(tag mapi.Tag) string {
	if tag.IsNamed() {
		return ""
	}
	if n, ok := names[tag.WithType(tag.Type().Unicode())]; ok {
		return n
	}
	return names16[tag.ID()]
}
