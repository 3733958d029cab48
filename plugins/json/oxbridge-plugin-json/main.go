// Command oxbridge-plugin-json converts between messages and .json files. It is
// started by oxbridge.
package main

import (
	"github.com/oxbridge-mail/oxbridge/plugins/json"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

func main() { sdk.Main(json.New()) }
