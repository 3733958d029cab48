package problem_test

import (
	"fmt"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

func ExampleProblem() {
	fmt.Println(problem.Problem{
		Code:     "markdown.table.flattened",
		Severity: problem.Loss,
		Object:   problem.Attachment(2),
		Detail:   "a table in a table became text",
	})
	// Output: loss markdown.table.flattened at attachment 2: a table in a table became text
}

func ExampleAttachment() {
	fmt.Println(problem.Attachment(0))
	// Output: attachment 0
}

func ExampleRecipient() {
	fmt.Println(problem.Recipient(3))
	// Output: recipient 3
}

// The second recipient of a message that is attached.
func ExampleIn() {
	fmt.Println(problem.In("attachment 0/embedded", problem.Recipient(1)))
	// Output: attachment 0/embedded/recipient 1
}

// A Reporter may be nil, and may be told where it stands.
func ExampleReporter() {
	var all problem.List
	report := problem.Reporter(all.Add)
	report.Under("attachment 1/embedded").Report(problem.Problem{Code: "x.date.missing", Severity: problem.Info})
	problem.Reporter(nil).Report(problem.Problem{Code: "x.nobody.listens"})
	fmt.Println(all)
	// Output: [info x.date.missing at attachment 1/embedded]
}

func ExampleList() {
	var all problem.List
	all.Add(problem.Problem{Code: "x.font.replaced", Severity: problem.Info})
	all.Add(problem.Problem{Code: "x.picture.lost", Severity: problem.Loss})
	fmt.Println(len(all), all.Worst())
	// Output: 2 loss
}

func ExampleSeverity() {
	fmt.Println(problem.Info, problem.Loss, problem.Error, problem.Loss > problem.Info)
	// Output: info loss error true
}
