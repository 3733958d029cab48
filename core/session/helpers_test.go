package session

import (
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// marker is a property that no sample has.
var marker = mapi.Props{{Tag: mapi.NewTag(0, mapi.PtypString), Name: mapi.Name{Set: mapi.PSPublicStrings, Text: "OxbridgeTest"}, Value: "here"}}

// must takes the result of a call, and panics for an error: the test fails with
// the stack of the call.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func mustFile(t testing.TB, path string, mode Mode) *File {
	t.Helper()
	f, err := OpenFile(path, mode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
