package mime

// canonicalLines returns text with every line end, be it CRLF, LF or CR, made
// CRLF (RFC 2045 6.8); text itself if they are.
func canonicalLines[T string | []byte](text T) T {
	bare := func(i int) bool {
		switch text[i] {
		case '\n':
			return i == 0 || text[i-1] != '\r'
		case '\r':
			return i+1 == len(text) || text[i+1] != '\n'
		}
		return false
	}
	n := 0
	for i := range len(text) {
		if text[i] <= '\r' && bare(i) {
			n++
		}
	}
	if n == 0 {
		return text
	}
	out := make([]byte, 0, len(text)+n)
	for i := range len(text) {
		if bare(i) {
			out = append(out, "\r\n"...)
		} else {
			out = append(out, text[i])
		}
	}
	return T(out)
}
