package rfc5322

import (
	"strings"
	"testing"
	"time"
)

// TestHostileInputStaysLinear repeats fragments that tempt a parser to look
// for an end that never comes. Quadratic behaviour would take hours here; the
// limit is far above what a slow machine needs.
func TestHostileInputStaysLinear(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for _, fragment := range []string{
		"\"", "\\\"", "(", "\\(", "<", "<\"", "<\\\"", "<a,", "=?", "=?u?q?", "=?u?b?a=", "=?=", "?=", "a@", "@", ":", "G:", ";", "[", "@[",
		"a=\"", ";a*1=", ";a=b c=", "a=(", "<@", "<(", "\" ", ". ", "a. ",
	} {
		for _, head := range []string{"", "<", "\"", "a@b ", "x=\""} {
			in := []byte(head + strings.Repeat(fragment, size/len(fragment)))
			start := time.Now()
			ParseAddressList(in)
			ParseMediaType(in)
			DecodeText(in)
			ParseHeader(in)
			ParseDate(string(in))
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%q after %q took %v", fragment, head, took)
			}
		}
	}
}
