// Command library edits a message file with the library alone: it prints the
// subject, attaches a note and adds a recipient.
//
//	library mail.msg
package main

import (
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// note is what is attached, ann who is added.
var (
	note = mapi.Props{
		{Tag: proptag.AttachMethod, Value: mapi.AttachByValue},
		{Tag: proptag.AttachLongFilename, Value: "note.txt"},
		{Tag: proptag.AttachDataBinary, Value: []byte("Seen.\r\n")},
	}
	ann = mapi.Props{
		{Tag: proptag.RecipientType, Value: mapi.RecipientCc},
		{Tag: proptag.DisplayName, Value: "Ann Example"},
		{Tag: proptag.AddressType, Value: "SMTP"},
		{Tag: proptag.EmailAddress, Value: "ann@example.com"},
	}
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: library mail.msg")
	}
	subject, err := edit(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("edited:", subject)
}

// edit changes the message in the file at path and returns its subject.
func edit(path string) (string, error) {
	s, err := session.Open(session.NewAllocator(64<<20), session.Unicode)
	if err != nil {
		return "", err
	}
	defer s.Close() // and with it everything below
	file, err := session.OpenFile(path, session.ReadWrite)
	if err != nil {
		return "", err
	}
	m, err := s.OpenMessage(file, session.Unicode, nil, nil)
	if err != nil {
		return "", err
	}
	props, _, err := m.GetProps([]mapi.Tag{proptag.Subject}, session.Unicode)
	if err != nil {
		return "", err
	}
	a, err := m.CreateAttach(0)
	if err != nil {
		return "", err
	}
	_, err = a.SetProps(note)
	err = errors.Join(err, a.SaveChanges(), m.ModifyRecipients(session.AddRecipients, []mapi.Props{ann}), m.SaveChanges())
	return fmt.Sprint(props[0].Value), err
}
