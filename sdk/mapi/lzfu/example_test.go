package lzfu_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/lzfu"
)

var rtf = []byte(`{\rtf1 ` + strings.Repeat("soup, ", 100) + `}`)

func ExampleCompress() {
	value := lzfu.Compress(rtf) // of PidTagRtfCompressed
	fmt.Println(len(value) < len(rtf)/4)
	// Output: true
}

func ExampleDecompress() {
	back, warnings, err := lzfu.Decompress(lzfu.Compress(rtf), 1<<20)
	fmt.Println(bytes.Equal(back, rtf), warnings == 0, err)
	// Output: true true <nil>
}

func ExampleStore() {
	fmt.Println(len(lzfu.Store(rtf)) - len(rtf)) // the header
	// Output: 16
}

func ExampleNewReader() {
	r := lzfu.NewReader(bytes.NewReader(lzfu.Compress(rtf)))
	back, err := io.ReadAll(io.LimitReader(r, 1<<20))
	fmt.Println(bytes.Equal(back, rtf), err)
	// Output: true <nil>
}

func ExampleFormatError() {
	_, _, err := lzfu.Decompress([]byte("nonsense"), 1<<20)
	var bad *lzfu.FormatError
	fmt.Println(errors.As(err, &bad), errors.Is(err, lzfu.ErrCorrupt))
	// Output: true true
}

func ExampleWarning() {
	value := lzfu.Compress(rtf)
	value[12] ^= 1 // a bit of the checksum
	_, warnings, err := lzfu.Decompress(value, 1<<20)
	fmt.Println(warnings == lzfu.WarnCRC, err)
	// Output: true <nil>
}
