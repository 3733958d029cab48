// Package prop has a key for each property that [MS-OXPROPS] defines, which knows
// the Go type of its values: prop.Subject is PidTagSubject, a string, and
// prop.LidFlagRequest is PidLidFlagRequest. Tagged and named properties are used
// alike:
//
//	subject := prop.Subject.Of(m.Props)
//	sent, ok := prop.ClientSubmitTime.Get(m.Props)
//	prop.NameKeywords.Set(&m.Props, []string{"red"})
//
// A value of the wrong type does not compile. Packages proptag and propname have
// the same properties as plain tags and names, for code that does not know
// beforehand which property it deals with.
package prop
