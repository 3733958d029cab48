// Command oxbridge-generate makes a tree of messages by rule, for measurements:
//
//	go run ./cmd/oxbridge-generate -count 100000 -out /tmp/many
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/sample"
)

func main() {
	count := flag.Int("count", 1000, "make `n` messages")
	first := flag.Int("first", 0, "begin with message `n`")
	out := flag.String("out", "", "write them below `dir`")
	flag.Parse()
	if *out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := sample.WriteTree(*out, *first, *count); err != nil {
		fmt.Fprintln(os.Stderr, "oxbridge-generate:", err)
		os.Exit(1)
	}
}
