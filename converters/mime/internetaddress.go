package mime

import "strings"

// trimAddress takes off what surrounds an address in some files.
func trimAddress(s string) string {
	s = strings.Trim(s, " \t\r\n<>'")
	if quotedLocal(s) > 0 {
		return s
	}
	s = strings.Trim(s, " \t\r\n<>'\"")
	for _, prefix := range []string{"smtp:", "mailto:"} {
		if len(s) > len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
			s = s[len(prefix):]
		}
	}
	return strings.TrimSpace(s)
}

// isInternetAddress reports whether s looks like local@domain. Addresses of fax
// machines do not: Outlook writes them as name@+1 (555) 123.
func isInternetAddress(s string) bool {
	const never = " \t\r\n<>,;"
	if n := quotedLocal(s); n > 0 {
		return len(s) > n+len("@") && !strings.ContainsAny(s[:n], "\r\n") && !strings.ContainsAny(s[n+len("@"):], never+"@")
	}
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, never) && s[0] != '/' && s[at+1] != '+'
}

// quotedLocal returns the length of the quoted string that is the local part of
// the address s, in which any character may stand (RFC 5322 3.4.1), 0 when it
// has none.
func quotedLocal(s string) int {
	if !strings.HasPrefix(s, `"`) {
		return 0
	}
	for i := 1; i < len(s)-1; i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			if i == 1 || s[i+1] != '@' {
				return 0
			}
			return i + 1
		}
	}
	return 0
}
