package codepage_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

func ExampleDecode() {
	s, ok := codepage.Decode(codepage.Windows, []byte("Gr\xfc\xdfe"))
	fmt.Println(s, ok)
	// Output: Grüße true
}

func ExampleEncode() {
	b, ok := codepage.Encode(codepage.Windows, "Ada Ω")
	fmt.Printf("%s %v\n", b, ok) // the page has no Ω
	// Output: Ada ? false
}

func ExampleDecodeUTF16() {
	fmt.Println(codepage.DecodeUTF16([]byte("A\x00d\x00a\x00")))
	// Output: Ada
}

func ExampleEncodeUTF16() {
	fmt.Printf("% X\n", codepage.EncodeUTF16("Ada"))
	// Output: 41 00 64 00 61 00
}

func ExampleAppendUTF16() {
	fmt.Printf("% X\n", codepage.AppendUTF16([]byte{0xFE}, "Ada"))
	// Output: FE 41 00 64 00 61 00
}

func ExampleFromLCID() {
	fmt.Println(codepage.FromLCID(0x0411)) // Japanese
	// Output: 932
}

func ExampleKnown() {
	fmt.Println(codepage.Known(codepage.UTF8), codepage.Known(1))
	// Output: true false
}

func ExampleNewReader() {
	b, err := io.ReadAll(codepage.NewReader(codepage.Latin1, strings.NewReader("Gr\xfc\xdfe")))
	fmt.Println(string(b), err)
	// Output: Grüße <nil>
}

func ExampleHasASCII() {
	fmt.Println(codepage.HasASCII(codepage.Windows), codepage.HasASCII(codepage.UTF16LE))
	// Output: true false
}

func ExampleWide() {
	fmt.Println(codepage.Wide([]byte("<\x00p\x00>\x00")), codepage.Wide([]byte("<p>")))
	// Output: 1200 0
}
