package hostsvc

import (
	"fmt"
	"reflect"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// damagedValue describes a value of tree that could be read in part at most. The
// output goes on after what was read: one damaged attachment is no reason to
// lose the others.
func damagedValue(tree *mapi.Message, v mapi.Large, err error) problem.Problem {
	p := problem.Problem{Code: "storage.value.damaged", Severity: problem.Loss,
		Detail: fmt.Sprintf("the value cannot be read to its end; what comes before was written: %v", err)}
	locate(tree, v, problem.Reporter(func(found problem.Problem) { p.Object, p.Tag = found.Object, found.Tag }))
	return p
}

// locate reports where in a tree a value stands. Trees come from core/msg or a
// preparation, which bound their depth.
func locate(m *mapi.Message, v mapi.Large, found problem.Reporter) {
	locateIn(m.Props, v, found)
	for i, r := range m.Recipients {
		locateIn(r, v, found.Under(fmt.Sprintf("recipient %d", i)))
	}
	for i, a := range m.Attachments {
		if a == nil {
			continue
		}
		at := found.Under(fmt.Sprintf("attachment %d", i))
		locateIn(a.Props, v, at)
		if a.Embedded != nil {
			locate(a.Embedded, v, at.Under("embedded"))
		}
	}
}

func locateIn(ps mapi.Props, v mapi.Large, found problem.Reporter) {
	for _, p := range ps {
		if large, ok := p.Value.(mapi.Large); ok && reflect.ValueOf(large).Comparable() && reflect.ValueOf(v).Comparable() && large == v {
			found.Report(problem.Problem{Tag: p.Tag})
		}
	}
}
