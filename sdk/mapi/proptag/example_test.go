package proptag_test

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func ExampleName() {
	fmt.Println(proptag.Name(proptag.Subject))
	// Output: PidTagSubject
}
