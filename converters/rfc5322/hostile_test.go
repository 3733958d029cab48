package rfc5322

import (
	"strings"
	"testing"
)

// TestHostileInputStaysLinear repeats fragments that tempt a parser to look
// for an end that never comes. A parser that looks again and again runs into
// the time limit of go test.
func TestHostileInputStaysLinear(t *testing.T) {
	t.Parallel()
	const size = 1 << 16
	for _, fragment := range []string{
		"\"", "\\\"", "(", "\\(", "<", "<\"", "<\\\"", "<a,", "=?", "=?u?q?", "=?u?b?a=", "=?=", "?=", "a@", "@", ":", "G:", ";", "[", "@[",
		"a=\"", ";a*1=", ";a=b c=", "a=(", "<@", "<(", "\" ", ". ", "a. ", "a\r", "a\n",
	} {
		for _, head := range []string{"", "<", "\"", "a@b ", "x=\""} {
			in := []byte(head + strings.Repeat(fragment, size/len(fragment)))
			ParseAddressList(in)
			ParseMediaType(in)
			DecodeText(in)
			ParseHeader(in)
			ParseDate(string(in))
		}
	}
}
