// Package propname has a variable for each named property that [MS-OXPROPS]
// defines: propname.NameKeywords is PidNameKeywords, propname.LidFlagRequest is
// PidLidFlagRequest.
package propname

import "github.com/oxbridge-mail/oxbridge/sdk/mapi"

type entry struct {
	name string
	typ  mapi.Type
}

// Name returns the canonical name, such as PidLidFlagRequest, or "".
func Name(n mapi.Name) string { return names[n].name }

// Type returns the type that the specification gives the property, or
// PtypUnspecified.
func Type(n mapi.Name) mapi.Type { return names[n].typ }

// InternetHeader returns the name under which a header field that has no
// property of its own is kept (PS_INTERNET_HEADERS, [MS-OXCMAIL] 2.2.3.2.26).
// The field name is stored in lower case, as all observed files have it.
func InternetHeader(field string) mapi.Name {
	return mapi.Name{Set: mapi.PSInternetHeaders, Text: lower(field)}
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
