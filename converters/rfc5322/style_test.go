package rfc5322

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStyle(t *testing.T) {
	t.Parallel()
	text, international := Style{UTF8: true}, Style{UTF8: true, UTF8Addresses: true}
	person := []Address{{Name: "Zoë", Addr: "zoë@bücher.example"}}
	tests := []struct {
		name string
		got  []byte
		want string
	}{
		{"text", text.Text("Subject", "Grüße"), "Subject: Grüße\r\n"},
		{"a line separator is encoded", text.Text("Subject", "a\u2028b"), "Subject: =?utf-8?B?YeKAqGI=?=\r\n"},
		{"a control of ISO 6429 is encoded", text.Text("Subject", "a\u0085b"), "Subject: =?utf-8?B?YcKFYg==?=\r\n"},
		{"what looks like an encoded word is encoded", text.Text("Subject", "=?x?="), "Subject: =?utf-8?B?PT94Pz0=?=\r\n"},
		{"structured", text.Raw("X-A", "é b"), "X-A: é b\r\n"},
		{"a name with a 7-bit address", text.AddressList("To", []Address{{Name: "Zoë", Addr: "z@bücher.example"}}), "To: Zoë <z@xn--bcher-kva.example>\r\n"},
		{"no 7-bit address", text.AddressList("To", person), "To: \"Zoë (zoë@bücher.example)\":;\r\n"},
		{"an international address", international.AddressList("To", person), "To: Zoë <zoë@bücher.example>\r\n"},
		{"a quoted international name", international.AddressList("To", []Address{{Name: "Zoë, Ö", Addr: "a b@é.example"}}), "To: \"Zoë, Ö\" <\"a b\"@é.example>\r\n"},
		{"a domain that cannot be", international.AddressList("To", []Address{{Name: "Z", Addr: "z@é é"}}), "To: \"Z (z@é é)\":;\r\n"},
		{"an identifier in a 7-bit field", text.MessageIDs("Message-ID", "<é@x>"), "Message-ID: <%C3%A9@x>\r\n"},
		{"an identifier", international.MessageIDs("Message-ID", "<é@x>"), "Message-ID: <é@x>\r\n"},
		{"a parameter", text.Parameterized("Content-Type", "a/b", []Param{{"name", "é.txt"}}), "Content-Type: a/b; name=\"é.txt\"\r\n"},
		{"a parameter in words", Style{WordParams: true}.Parameterized("Content-Type", "a/b", []Param{{"name", "é \".txt"}, {"x", "y"}}),
			"Content-Type: a/b; name=\"=?utf-8?B?w6kgIi50eHQ=?=\"; x=y\r\n"},
		{"a long parameter in words", Style{WordParams: true}.Parameterized("Content-Type", "a/b", []Param{{"name", strings.Repeat("長", 20)}}),
			"Content-Type: a/b;\r\n name=\"=?utf-8?B?6ZW36ZW36ZW36ZW36ZW36ZW36ZW36ZW36ZW36ZW36ZW36ZW36ZW3?=\r\n =?utf-8?B?6ZW36ZW36ZW36ZW36ZW36ZW36ZW3?=\"\r\n"},
	}
	for _, tt := range tests {
		if string(tt.got) != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

// FuzzStyle: in every style a field is one field, of lines that are not too
// long and hold nothing that ends a line, and 8-bit only where asked for.
func FuzzStyle(f *testing.F) {
	f.Add("é \u0085\u2028 =?x?= \r\nB: c", "ö@ü.example", uint8(7))
	f.Add(strings.Repeat("長", 700), "\"a\\\"@x", uint8(1))
	f.Fuzz(func(t *testing.T, text, addr string, bits uint8) {
		s := Style{UTF8: bits&1 != 0, UTF8Addresses: bits&2 != 0, WordParams: bits&4 != 0}
		for _, b := range [][]byte{
			s.Text("Subject", text), s.Raw("X-A", text), s.MessageIDs("References", text),
			s.AddressList("To", []Address{{Name: text, Addr: addr}, {Group: text}}),
			s.Parameterized("Content-Disposition", "attachment", []Param{{"filename", text}, {"x", addr}}),
		} {
			if b != nil {
				checkStyled(t, s, b)
			}
		}
	})
}

func checkStyled(t *testing.T, s Style, b []byte) {
	t.Helper()
	body, ok := bytes.CutSuffix(b, []byte("\r\n"))
	if !ok || !utf8.Valid(b) || (!s.UTF8 && !s.UTF8Addresses && !isASCIIString(string(b))) {
		t.Fatalf("%q in style %+v", b, s)
	}
	if len(readBack(t, b)) > len(b) {
		t.Fatalf("%q does not read back", b)
	}
	for i, line := range bytes.Split(body, []byte("\r\n")) {
		blank := len(bytes.Trim(line, " ")) == 0
		if len(line) > 998 || blank || bytes.ContainsAny(line, "\r\n\x00") || (i > 0) != (line[0] == ' ') ||
			strings.ContainsAny(string(line), "\u0085\u2028\u2029") {
			t.Errorf("line %q in style %+v", line, s)
		}
	}
}
