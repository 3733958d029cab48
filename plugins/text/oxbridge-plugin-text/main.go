// Command oxbridge-plugin-text writes messages as .txt files. It is started by
// oxbridge.
package main

import (
	"github.com/oxbridge-mail/oxbridge/plugins/text"
	"github.com/oxbridge-mail/oxbridge/sdk"
)

func main() { sdk.Main(text.New()) }
