package entryid_test

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/entryid"
)

var ada = entryid.Person{Name: "Ada", Type: "SMTP", Email: "ada@example.org"}

func ExampleNewOneOff() {
	p, ok := entryid.ParsePerson(entryid.NewOneOff(ada))
	fmt.Println(p.Name, p.Type, p.Email, ok)
	// Output: Ada SMTP ada@example.org true
}

func ExampleParsePerson() {
	_, ok := entryid.ParsePerson([]byte("nonsense"))
	fmt.Println(ok)
	// Output: false
}

func ExamplePerson() {
	id, ok := entryid.Parse(entryid.NewOneOff(ada))
	fmt.Println(id.Person == ada, ok)
	// Output: true true
}

func ExampleParse() {
	id, ok := entryid.Parse(entryid.NewOneOff(ada))
	fmt.Println(id.Provider == entryid.OneOffUID, id.Email, ok)
	// Output: true ada@example.org true
}

func ExampleID() {
	id, _ := entryid.Parse(entryid.NewOneOff(ada))
	switch id.Kind {
	case entryid.OneOff, entryid.AddressBook:
		fmt.Println("somebody:", id.Name)
	default:
		fmt.Println("something else")
	}
	// Output: somebody: Ada
}

func ExampleKind() {
	fmt.Println(entryid.OneOff, "/", entryid.Folder)
	// Output: one-off / folder
}

func ExampleJoin() {
	list := entryid.Join([][]byte{entryid.NewOneOff(ada), entryid.NewOneOff(entryid.Person{Name: "Charles"})})
	fmt.Println(len(entryid.List(list)), "people")
	// Output: 2 people
}

func ExampleList() {
	for _, b := range entryid.List(entryid.Join([][]byte{entryid.NewOneOff(ada)})) {
		p, ok := entryid.ParsePerson(b)
		fmt.Println(p.Name, ok)
	}
	// Output: Ada true
}
