// Command oxbridge-plugin-eml converts between messages and .eml files. It is
// started by oxbridge.
package main

import (
	"github.com/oxbridge-mail/oxbridge/plugins/eml"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

func main() { sdk.Main(eml.New()) }
