// Package launch turns the program into the launcher of a sandbox when it is
// started as one, before most of the program is initialised: the launcher is
// started before each plugin process, and needs no more than package sandbox.
//
// A blank import is enough. Go initialises packages in the order of their paths,
// as soon as what they import is ready, and this one imports little.
package launch

import (
	"fmt"
	"os"

	"github.com/oxbridge-mail/oxbridge/core/sandbox"
)

// Command is the first argument of the launcher. The second is a policy; see
// sandbox.Launch.
const Command = "launch-plugin"

// failed is the status of a launcher that could not start the program: a fault of
// oxbridge.
const failed = 70

func init() {
	if len(os.Args) != 3 || os.Args[1] != Command {
		return
	}
	fmt.Fprintln(os.Stderr, "oxbridge:", sandbox.Launch(os.Args[2]))
	os.Exit(failed)
}
