package mapi_test

import (
	"fmt"
	"io"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/prop"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// message is one to Ada with a copy to Charles, and a menu attached.
func message() *mapi.Message {
	m := &mapi.Message{Recipients: make([]mapi.Props, 2), Attachments: []*mapi.Attachment{{}, {Embedded: &mapi.Message{}}}}
	prop.Subject.Set(&m.Props, "Lunch")
	prop.DisplayName.Set(&m.Recipients[0], "Ada")
	prop.RecipientType.Set(&m.Recipients[0], mapi.RecipientTo)
	prop.DisplayName.Set(&m.Recipients[1], "Charles")
	prop.RecipientType.Set(&m.Recipients[1], mapi.RecipientCc)
	prop.AttachLongFilename.Set(&m.Attachments[0].Props, "menu.txt")
	prop.AttachDataBinary.Set(&m.Attachments[0].Props, []byte("soup"))
	prop.Subject.Set(&m.Attachments[1].Embedded.Props, "Dinner")
	return m
}

func ExampleMessage() {
	m := message()
	fmt.Println(prop.Subject.Of(m.Props), len(m.Recipients), len(m.Attachments))
	// Output: Lunch 2 2
}

func ExampleMessage_RecipientsOf() {
	m := message()
	for i, r := range m.RecipientsOf(mapi.RecipientCc, mapi.RecipientBcc) {
		fmt.Println(i, prop.DisplayName.Of(r))
		prop.DisplayName.Set(&m.Recipients[i], "C. Babbage") // a change
	}
	fmt.Println(prop.DisplayName.Of(m.Recipients[1]))
	// Output:
	// 1 Charles
	// C. Babbage
}

func ExampleMessage_Attached() {
	for i, a := range message().Attached() {
		fmt.Println(i, prop.AttachLongFilename.Of(a.Props), a.Embedded != nil)
	}
	// Output:
	// 0 menu.txt false
	// 1  true
}

func ExampleMessage_All() {
	for at, m := range message().All() {
		fmt.Printf("%q %s\n", at, prop.Subject.Of(m.Props))
	}
	// Output:
	// "" Lunch
	// "attachment 1/embedded" Dinner
}

func ExampleAttachment_Content() {
	for _, a := range message().Attached() {
		content, err := a.Content()
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(content.Size(), "bytes")
	}
	// Output:
	// 4 bytes
	// MAPI_E_NOT_FOUND (0x8004010f)
}

// A key of a named property is used like one of a tagged property.
func ExampleKey() {
	var ps mapi.Props
	prop.Importance.Set(&ps, 2)
	prop.NameKeywords.Set(&ps, []string{"red"})
	importance, ok := prop.Importance.Get(ps)
	fmt.Println(importance, ok, prop.NameKeywords.Of(ps), prop.Subject.Has(ps))
	// Output: 2 true [red] false
}

// What is larger than a property can hold in memory is read as a stream.
func ExampleKey_Open() {
	m := message()
	prop.Body.SetLarge(&m.Props, mapi.Memory("At noon?"))
	r, err := prop.Body.Open(m.Props)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	// Output: At noon? <nil>
}

// A plugin may make properties of its own.
func ExampleKey_own() {
	room := mapi.Key[string]{
		Tag:  mapi.NewTag(0, mapi.PtypString),
		Name: mapi.Name{Set: mapi.PSPublicStrings, Text: "Room"},
	}
	var ps mapi.Props
	room.Set(&ps, "4.17")
	fmt.Println(room.Of(ps))
	// Output: 4.17
}

// Code that does not know beforehand which property it deals with uses tags.
func ExampleProps() {
	for _, p := range message().Props {
		fmt.Println(p.Tag, proptag.Name(p.Tag), p.Tag.Type(), p.Value)
	}
	// Output: 0x0037001F PidTagSubject PtypString Lunch
}

func ExampleProps_Named() {
	var ps mapi.Props
	ps.SetNamed(propname.InternetHeader("X-Mailer"), mapi.PtypString, "Mailer 1")
	fmt.Println(ps.Named(propname.InternetHeader("x-mailer")).Value)
	// Output: Mailer 1
}

func ExampleReadValue() {
	fmt.Println(mapi.ReadValue("four", 4))
	_, err := mapi.ReadValue(mapi.Memory("five!"), 4)
	fmt.Println(err)
	// Output:
	// [102 111 117 114] <nil>
	// MAPI_E_TOO_BIG (0x80040305)
}

func ExampleTag() {
	fmt.Println(proptag.Subject, proptag.Subject.ID() == 0x37, proptag.Subject.Type())
	// Output: 0x0037001F true PtypString
}

func ExampleFiletime() {
	sent := mapi.NewFiletime(time.Date(2024, 3, 31, 12, 0, 0, 0, time.UTC))
	t, ok := sent.Time()
	fmt.Println(t, ok)
	// Output: 2024-03-31 12:00:00 +0000 UTC true
}

func ExampleLarge() {
	var v mapi.Large = mapi.Memory("content")
	r, err := v.Open()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	fmt.Println(v.Size(), string(b), err)
	// Output: 7 content <nil>
}

func ExampleCode() {
	fmt.Println(mapi.ErrNotFound.Failed(), mapi.ErrNotFound)
	// Output: true MAPI_E_NOT_FOUND (0x8004010f)
}

func ExampleRecipientKind() {
	for _, r := range message().Recipients {
		fmt.Print(mapi.RecipientKind(r) == mapi.RecipientTo, " ")
	}
	// Output: true false
}
