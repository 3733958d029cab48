package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/oxbridge-mail/oxbridge/core/addressbook"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// addressesTag begins Options.Prepared for a run with a list of addresses; the
// SHA-256 of the list and its path follow.
const addressesTag = "addresses "

// prepareAddresses returns what is done to every message on its way with a list
// of addresses, and how plans call it.
func prepareAddresses(path string) (tag string, prepare func(*mapi.Message) error, err error) {
	book, err := addressbook.Open(path)
	if err != nil {
		return "", nil, &exitError{code: exitUsage, err: fmt.Errorf("--addresses: %w", err),
			hint: "each line is a legacyExchangeDN, a comma and an SMTP address"}
	}
	d, err := store.DigestFile(path)
	if err != nil {
		return "", nil, err
	}
	abs, err := filepath.Abs(path)
	return addressesTag + d.SHA256 + " " + abs, book.Prepare, err
}

// prepareAgain returns what a plan or a ledger says is done to every message.
func prepareAgain(tag string) (func(*mapi.Message) error, error) {
	rest, ok := strings.CutPrefix(tag, addressesTag)
	if !ok {
		return nil, nil
	}
	_, path, _ := strings.Cut(rest, " ")
	now, prepare, err := prepareAddresses(path)
	if err == nil && now != tag {
		err = &exitError{code: exitUsage, err: fmt.Errorf("%s: the addresses are not those of the run", path)}
	}
	return prepare, err
}
