package rfc5322

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParseHeader(f *testing.F) {
	f.Add([]byte("From x\r\nA: b\r\n c\r\n\r\n"))
	f.Add([]byte("A : b\rB\x00: c\n\td"))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, _ := ParseHeader(in)
		for _, field := range h {
			if !isFieldName([]byte(field.Name)) || strings.ContainsAny(string(field.Raw), "\r\n\x00") || field.Raw == nil {
				t.Errorf("ParseHeader(%q) has %q: %q", in, field.Name, field.Raw)
			}
		}
		block, body := Split(in)
		if len(block)+len(body) > len(in) {
			t.Errorf("Split(%q) = %q, %q", in, block, body)
		}
	})
}

// isLine reports whether s is one line of valid UTF-8 without controls.
func isLine(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, isControl) < 0
}

func FuzzDecodeText(f *testing.F) {
	f.Add([]byte("=?utf-8?Q?a_=C3?= =?utf-8?B?qQ==?= \xe9"))
	f.Add([]byte("=?iso-2022-jp?B?GyRC?=x=?=?="))
	f.Fuzz(func(t *testing.T, in []byte) {
		if got := DecodeText(in); !isLine(got) {
			t.Errorf("DecodeText(%q) = %q", in, got)
		}
	})
}

func FuzzParseAddressList(f *testing.F) {
	f.Add([]byte(`"a, b" <c@d>, G: (x) e@[f], =?utf-8?Q?g?= <@h:i@j>; k@l m`))
	f.Add([]byte(`"<(a@b <c,<d>>"`))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, a := range ParseAddressList(in) {
			if a == (Address{}) || !isLine(a.Name+a.Addr+a.Group) {
				t.Errorf("ParseAddressList(%q) has %+q", in, a)
			}
		}
	})
}

func FuzzParseMediaType(f *testing.F) {
	f.Add([]byte(`text/plain; name*0*=utf-8''%C3; name*1="x"; a="b\"" c=d (e); =;`))
	f.Fuzz(func(t *testing.T, in []byte) {
		typ, params, ok := ParseMediaType(in)
		if ok && !strings.Contains(typ, "/") {
			t.Errorf("ParseMediaType(%q) = %q, true", in, typ)
		}
		for _, v := range params {
			if !isLine(v) {
				t.Errorf("ParseMediaType(%q) has the value %q", in, v)
			}
		}
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("Fri, 21 Nov 1997 09:55:06 -0600 (x)")
	f.Add("Nov 21 9.5 97 PST")
	f.Fuzz(func(t *testing.T, in string) {
		at, ok := ParseDate(in)
		if !ok {
			return
		}
		again, ok := ParseDate(at.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
		if !ok || at.Year() >= 100 && !again.Equal(at.Truncate(0)) && at.Second() == again.Second() && at.Format("-07:00:00")[7:] == "00" {
			t.Errorf("ParseDate(%q) = %v, which reads back as %v, %t", in, at, again, ok)
		}
	})
}

// FuzzText: what Text writes is one field that reads back as the value.
func FuzzText(f *testing.F) {
	f.Add("Re: é =?utf-8?Q?x?=  日本\r\nX: y")
	f.Add(strings.Repeat("x", 1000) + " a")
	f.Add("0" + strings.Repeat(" ", 1500) + "\uFFFD")
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range []string{"Subject", strings.Repeat("N", 60)} {
			b := Text(name, value)
			checkField(t, b)
			if got := DecodeText(readBack(t, b)); got != clean(value) {
				t.Errorf("Text(%q) = %q reads back as %q", value, b, got)
			}
		}
		checkField(t, Raw("X-Raw", value))
	})
}

// FuzzAddressList: an address that can be written reads back, one that cannot
// becomes a group.
func FuzzAddressList(f *testing.F) {
	f.Add("A, B", "a@b.c", "", "=?x?=", "\"q\"@é.de", "G")
	f.Add("日本", "root", "x\r\ny", "a:b", "x y@z", "")
	f.Fuzz(func(t *testing.T, n1, a1, g1, n2, a2, g2 string) {
		in := []Address{{n1, a1, g1}, {n2, a2, g2}}
		b := AddressList("To", in)
		if b == nil {
			return
		}
		checkField(t, b)
		got := ParseAddressList(readBack(t, b))
		for _, a := range in {
			spec, ok := Style{}.addrSpec(a.Addr)
			want := Address{Name: clean(a.Name), Addr: unquoteLocal(spec), Group: clean(a.Group)}
			if !ok {
				continue
			}
			found := false
			for _, g := range got {
				found = found || g == want
			}
			if !found {
				t.Errorf("AddressList(%+q) = %q reads back as %+q, lacks %+q", in, b, got, want)
			}
		}
	})
}

func FuzzParameterized(f *testing.F) {
	f.Add("a b.txt")
	f.Add("é\"\\\r\n=?utf-8?Q?x?=" + strings.Repeat("長", 60))
	f.Fuzz(func(t *testing.T, value string) {
		b := Parameterized("Content-Disposition", "attachment", []Param{{"filename", value}, {"x", value}})
		checkField(t, b)
		_, params, ok := ParseDisposition(readBack(t, b))
		if !ok || params["filename"] != clean(value) {
			t.Errorf("%q is written as %q and reads back as %q", value, b, params["filename"])
		}
	})
}
