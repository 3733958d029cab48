package mailbox_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mailbox"
)

// folder is a mailbox of two messages, the first of which has a quoted line.
const folder = "From ada@example.org Mon Jul 10 09:30:00 1843\nSubject: Lunch\n\n>From noon on.\n\n" +
	"From charles@example.org Mon Jul 10 10:00:00 1843\nSubject: Dinner\n\nLate.\n\n"

// text reads a message to its end.
func text(m mailbox.Message) string {
	in := m.Input(context.Background(), strings.NewReader(folder))
	b, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size()))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func ExampleSplit() {
	for m, err := range mailbox.Split(strings.NewReader(folder), int64(len(folder))) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m.From, m.Size())
	}
	// Output:
	// ada@example.org Mon Jul 10 09:30:00 1843 30
	// charles@example.org Mon Jul 10 10:00:00 1843 23
}

func ExampleMessage() {
	for m, err := range mailbox.Split(strings.NewReader(folder), int64(len(folder))) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Print(text(m))
		break
	}
	// Output:
	// Subject: Lunch
	//
	// From noon on.
}

func ExampleRestore() {
	for m, err := range mailbox.Split(strings.NewReader(folder), int64(len(folder))) {
		if err != nil {
			fmt.Println(err)
			return
		}
		again := mailbox.Restore(m.Offset, m.Length, m.Quoted()) // without looking for it
		fmt.Println(text(again) == text(m))
	}
	// Output:
	// true
	// true
}

func ExampleWriter() {
	var file bytes.Buffer
	w := mailbox.NewWriter(&file)
	if err := w.Begin("ada@example.org", time.Date(1843, time.July, 10, 9, 30, 0, 0, time.UTC)); err != nil {
		fmt.Println(err)
	}
	if _, err := io.WriteString(w, "Subject: Lunch\r\n\r\nFrom noon on.\r\n"); err != nil {
		fmt.Println(err)
	}
	if err := w.End(); err != nil {
		fmt.Println(err)
	}
	if err := w.Flush(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(file.String())
	// Output:
	// From ada@example.org Mon Jul 10 09:30:00 1843
	// Subject: Lunch
	//
	// >From noon on.
}

func ExampleNewWriter() {
	var file bytes.Buffer
	w := mailbox.NewWriter(&file)
	for _, subject := range []string{"Lunch", "Dinner"} {
		_ = w.Begin("", time.Time{}) // Flush returns what went wrong
		fmt.Fprintf(w, "Subject: %s\n\n", subject)
		_ = w.End()
	}
	err := w.Flush()
	fmt.Println(strings.Count(file.String(), "From "), err)
	// Output: 2 <nil>
}
