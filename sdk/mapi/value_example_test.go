package mapi_test

import (
	"fmt"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func ExampleNewTag() {
	tag := mapi.NewTag(0x0037, mapi.PtypString)
	fmt.Println(tag == proptag.Subject, tag.ID() == 0x0037, tag)
	// Output: true true 0x0037001F
}

func ExampleType() {
	t := mapi.PtypMultipleString
	fmt.Println(t, t.Multiple(), mapi.PtypString8.Unicode())
	// Output: PtypMultipleString true PtypString
}

func ExampleProp() {
	m := message()
	for _, p := range m.Props {
		fmt.Println(p.Tag, p.Name.IsZero(), p.Value)
	}
	// Output: 0x0037001F true Lunch
}

func ExampleName() {
	var m mapi.Message
	m.Props.SetNamed(mapi.Name{Set: mapi.PSPublicStrings, Text: "Keywords"}, mapi.PtypMultipleString, []string{"lunch"})
	fmt.Println(m.Props.Named(propname.NameKeywords).Value)
	// Output: [lunch]
}

func ExampleSameName() {
	a := mapi.Name{Set: mapi.PSInternetHeaders, Text: "X-Mailer"}
	b := mapi.Name{Set: mapi.PSInternetHeaders, Text: "x-mailer"}
	fmt.Println(mapi.SameName(a, b), a == b)
	// Output: true false
}

func ExampleSetName() {
	fmt.Println(mapi.SetName(mapi.PSInternetHeaders))
	// Output: PS_INTERNET_HEADERS
}

func ExampleNewFiletime() {
	f := mapi.NewFiletime(time.Date(1843, time.July, 10, 9, 30, 0, 0, time.UTC))
	t, ok := f.Time()
	fmt.Println(t, ok)
	// Output: 1843-07-10 09:30:00 +0000 UTC true
}

func ExampleCurrency() {
	price := mapi.Currency(12_5000)
	fmt.Println(float64(price) / 10_000)
	// Output: 12.5
}

func ExampleFloatingTime() {
	day := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	noon := mapi.FloatingTime(1.5)
	fmt.Println(day.Add(time.Duration(float64(noon) * float64(24*time.Hour))))
	// Output: 1899-12-31 12:00:00 +0000 UTC
}

func ExampleGUID() {
	fmt.Println(mapi.PSPublicStrings)
	// Output: 00020329-0000-0000-C000-000000000046
}

func ExampleNewGUID() {
	g := mapi.NewGUID(0x00020329, 0, 0, [8]byte{0xC0, 7: 0x46})
	fmt.Println(g == mapi.PSPublicStrings)
	// Output: true
}

func ExampleParseGUID() {
	g, err := mapi.ParseGUID("{00020329-0000-0000-C000-000000000046}")
	fmt.Println(g == mapi.PSPublicStrings, err)
	// Output: true <nil>
}

func ExampleAsLarge() {
	v, err := mapi.AsLarge("soup")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := mapi.ReadValue(v, 100)
	fmt.Printf("%d bytes: %s, %v\n", v.Size(), text, err)
	// Output: 4 bytes: soup, <nil>
}

func ExampleHead() {
	fmt.Printf("%q %q %q\n", mapi.Head("GIF89a", 3), mapi.Head([]byte("GI"), 3), mapi.Head(int32(1), 3))
	// Output: "GIF" "GI" ""
}

func ExampleMemory() {
	var a mapi.Attachment
	a.Props.Set(proptag.AttachDataBinary, mapi.Memory("soup"))
	content, err := a.Content()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(content.Size(), "bytes")
	// Output: 4 bytes
}

func ExampleValue() {
	for _, v := range []mapi.Value{"text", []byte("bytes"), int32(1)} {
		switch v := v.(type) {
		case string:
			fmt.Println("a string:", v)
		case []byte:
			fmt.Println("binary of", len(v), "bytes")
		default:
			fmt.Println("something else:", v)
		}
	}
	// Output:
	// a string: text
	// binary of 5 bytes
	// something else: 1
}

func ExampleCloneValue() {
	words := []string{"lunch"}
	own := mapi.CloneValue(words).([]string)
	own[0] = "dinner"
	fmt.Println(words, own)
	// Output: [lunch] [dinner]
}
