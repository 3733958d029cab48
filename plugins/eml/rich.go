package eml

import (
	"github.com/oxbridge-mail/oxbridge/converters/rtf"
	"github.com/oxbridge-mail/oxbridge/sdk/look"
)

// Rich returns what a body in RTF holds. It is for programs that look into
// messages; the RTF may be hostile.
func Rich(data []byte) (look.Rich, error) { return rtf.Rich(data) }
