package eml

import "github.com/oxbridge-mail/oxbridge/converters/mime"

// Mappings returns the table of header fields and properties that the plugin
// works by.
func Mappings() []mime.Mapping { return mime.Mappings() }

// OtherNames returns the fields that are read as another one, each with that
// one, both as they are written.
func OtherNames() [][2]string { return mime.MappingOtherNames() }
