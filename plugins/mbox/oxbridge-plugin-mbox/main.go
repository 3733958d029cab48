// Command oxbridge-plugin-mbox converts between messages and .mbox files of one
// message. It is started by oxbridge.
package main

import (
	"github.com/oxbridge-mail/oxbridge/plugins/mbox"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

func main() { sdk.Main(mbox.New()) }
