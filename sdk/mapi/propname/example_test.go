package propname_test

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
)

func ExampleInternetHeader() {
	var m mapi.Message
	m.Props.SetNamed(propname.InternetHeader("X-Mailer"), mapi.PtypString, "engine")
	fmt.Println(m.Props.Named(propname.InternetHeader("x-mailer")).Value)
	// Output: engine
}

func ExampleName() {
	fmt.Println(propname.Name(propname.NameKeywords))
	// Output: PidNameKeywords
}

func ExampleType() {
	fmt.Println(propname.Type(propname.NameKeywords))
	// Output: PtypMultipleString
}
