package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// An exporter writes what it makes, and places what it need not look at.
func ExampleOutput() {
	export := func(dst transfer.Output, attachment mapi.Large) error {
		if _, err := io.WriteString(dst, "Content-Transfer-Encoding: base64\n\n"); err != nil {
			return err
		}
		return dst.Ref(attachment, transfer.Base64)
	}
	var file bytes.Buffer
	err := export(transfer.NewOutput(&file), mapi.Memory("hello"))
	fmt.Printf("%q %v\n", file.String(), err)
	// Output: "Content-Transfer-Encoding: base64\n\naGVsbG8=\r\n" <nil>
}

// An importer finds where a value stands, and says so without reading it.
func ExampleInput() {
	src := transfer.NewBytesInput([]byte("name: a.txt\n\naGVsbG8=\n"))
	at, _, err := src.Find(0, src.Size(), []byte("\n\n"))
	if err != nil || at < 0 {
		fmt.Println("no content", err)
		return
	}
	content := src.Range(at+2, src.Size()-at-2, transfer.Unbase64)
	b, err := mapi.ReadValue(content, 100)
	fmt.Printf("%q %v\n", b, err)
	// Output: "hello" <nil>
}

func ExampleNewInput() {
	src := transfer.NewInput(strings.NewReader("header and more"), 6)
	b := make([]byte, 6)
	n, err := src.ReadAt(b, 0)
	fmt.Println(src.Size(), string(b[:n]), err)
	// Output: 6 header <nil>
}

func ExampleNewBytesInput() {
	fmt.Println(transfer.NewBytesInput([]byte("abc")).Size())
	// Output: 3
}

func ExampleNewOutput() {
	var file bytes.Buffer
	out := transfer.NewOutput(&file)
	err := out.Ref(mapi.Memory("a=3Db"), transfer.Unquote)
	fmt.Println(file.String(), err)
	// Output: a=b <nil>
}

// Whoever owns the input can tell what a value is made of.
func ExampleRanged() {
	src := transfer.NewBytesInput([]byte("0123456789"))
	if r, ok := src.Range(2, 3, transfer.Raw).(transfer.Ranged); ok {
		fmt.Println(r.Off, r.N, r.In.Size())
	}
	// Output: 2 3 10
}

func ExampleTransform() {
	for _, t := range []transfer.Transform{transfer.Raw, transfer.Base64, transfer.Base64Line, 99} {
		fmt.Print(t.Known(), " ")
	}
	// Output: true true true false
}

func ExampleCopy() {
	n, err := transfer.Copy(os.Stdout, strings.NewReader("hello"), transfer.Base64Line)
	fmt.Println("", n, err)
	// Output: aGVsbG8= 8 <nil>
}

func ExampleNewReader() {
	r, err := transfer.NewReader(strings.NewReader("aGVs\r\nbG8="), transfer.Unbase64)
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := io.ReadAll(r)
	fmt.Printf("%s %v\n", b, err)
	// Output: hello <nil>
}

// Of several patterns the first in the input counts.
func ExampleFind() {
	src := strings.NewReader("one two three")
	at, which, err := transfer.Find(context.Background(), src, 0, src.Size(), []byte("three"), []byte("two"))
	fmt.Println(at, which, err)
	// Output: 4 1 <nil>
}

func ExampleBase64Reader() {
	r := transfer.NewBase64Reader(strings.NewReader("aGV?sbG8="))
	b, err := io.ReadAll(r)
	fmt.Printf("%s %v, damage %d\n", b, err, r.Damage())
	// Output: hello <nil>, damage 1
}

func ExampleNewBase64Reader() {
	b, err := io.ReadAll(transfer.NewBase64Reader(strings.NewReader("aGVsbG8")))
	fmt.Printf("%s %v\n", b, err)
	// Output: hello <nil>
}

func ExampleQuotedReader() {
	r := transfer.NewQuotedReader(strings.NewReader("a=3Db=\r\nc"))
	b, err := io.ReadAll(r)
	fmt.Printf("%s %v, damage %d\n", b, err, r.Damage())
	// Output: a=bc <nil>, damage 0
}

func ExampleNewQuotedReader() {
	b, err := io.ReadAll(transfer.NewQuotedReader(strings.NewReader("50=25")))
	fmt.Printf("%s %v\n", b, err)
	// Output: 50% <nil>
}

func ExampleDamaged() {
	var r io.Reader = transfer.NewBase64Reader(strings.NewReader("!!aGk="))
	_, _ = io.Copy(io.Discard, r)
	if d, ok := r.(transfer.Damaged); ok {
		fmt.Println(d.Damage())
	}
	// Output: 2
}

func ExampleDamageOf() {
	r := transfer.NewBase64Reader(strings.NewReader("#aGk="))
	_, _ = io.Copy(io.Discard, r)
	fmt.Println(transfer.DamageOf(r), transfer.DamageOf(strings.NewReader("x")))
	// Output: 1 0
}
