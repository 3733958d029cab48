package rfc5322

// quotedString reads a quoted string; false when it has no end.
func (p *addressParser) quotedString(b []byte) bool {
	s, n := quoted(b)
	if n == 0 {
		return false
	}
	p.add(s, true, n)
	return true
}

// quoted reads the quoted string b starts with and returns its content and its
// length with quotes, 0 when it has no end.
func quoted(b []byte) (s string, n int) {
	var out []byte
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '"':
			return string(out), i + 1
		case '\\':
			if i+1 < len(b) {
				i++
			}
		}
		out = append(out, b[i])
	}
	return "", 0
}

// skipComment reads a comment, which may hold others; false when it has no
// end.
func (p *addressParser) skipComment(b []byte) bool {
	s, n := commentAt(b)
	if n == 0 {
		return false
	}
	p.comment, p.blank = s, true
	p.pos += n
	return true
}

// commentAt reads the comment b starts with and returns its content and its
// length, 0 when it has no end.
func commentAt(b []byte) (s string, n int) {
	var out []byte
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '(':
			depth++
			if depth == 1 {
				continue
			}
		case ')':
			depth--
			if depth == 0 {
				return string(out), i + 1
			}
		case '\\':
			if i+1 < len(b) {
				i++
			}
		}
		out = append(out, b[i])
	}
	return "", 0
}
