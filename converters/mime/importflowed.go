package mime

import "strings"

// unflowed returns text that is format=flowed with its paragraphs on one line
// each (RFC 3676 4): a line that ends in a blank goes on in the next one.
// Stuffed blanks are taken off (4.4). Quotes stay as they are, line for line.
func unflowed(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	open := false // the last line goes on
	for line := range strings.Lines(text) {
		body := strings.TrimRight(line, "\r\n")
		quote := strings.HasPrefix(body, ">")
		body = strings.TrimPrefix(body, " ")
		fixed := quote || body == "-- " // what begins a signature is no part of a paragraph (4.3)
		if open && fixed {
			out.WriteString("\r\n")
		}
		out.WriteString(body)
		open = !fixed && strings.HasSuffix(body, " ")
		if !open && strings.HasSuffix(line, "\n") {
			out.WriteString("\r\n")
		}
	}
	if open {
		out.WriteString("\r\n")
	}
	return out.String()
}
