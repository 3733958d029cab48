package diff

import (
	"fmt"
	"strings"

	"github.com/oxbridge-mail/oxbridge/sdk/look"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// personKey is somebody in the form that is compared.
func personKey(p look.Person) string {
	p.Name = oneLine(p.Name)
	return p.String()
}

// samePlace reports whether two who differ do so in what Internet messages can
// say: not when they have the same name, and one of them has an address of
// another kind, or none.
func samePlace(a, b look.Person) bool {
	if a.IsZero() || b.IsZero() {
		return !placeless(a) && !placeless(b)
	}
	sameName := strings.EqualFold(nameOf(a), nameOf(b))
	return !sameName || a.Internet() && b.Internet()
}

// placeless reports whether somebody has no address at all, which everybody in an
// Internet message has (RFC 5322 3.4).
func placeless(p look.Person) bool {
	return !p.IsZero() && !p.Internet() && (p.Address == "" || p.Name == "")
}

// nameOf is the name of somebody, or what stands in for it.
func nameOf(p look.Person) string {
	if p.Name == "" {
		return oneLine(p.Address)
	}
	return oneLine(p.Name)
}

var kindWords = map[int32]string{mapi.RecipientTo: "to", mapi.RecipientCc: "cc", mapi.RecipientBcc: "bcc"}

// An addressee is somebody to be matched.
type addressee struct {
	look.Person
	kind  int32
	index int        // in the recipient table, -1 for none
	props mapi.Props // nil for somebody who is no recipient
}

// people compares the recipients of two messages, and whom to answer.
func (c *comparer) people(path string, a, b *mapi.Message) {
	c.pairs(path, addressees(a), addressees(b))
	c.pairs(path, answerees(a.Props), answerees(b.Props))
}

func addressees(m *mapi.Message) []addressee {
	var list []addressee
	for i, r := range m.Recipients {
		list = append(list, addressee{look.Addressee.Of(r), mapi.RecipientKind(r), i, r})
	}
	if len(list) > 0 {
		return list
	}
	for kind := mapi.RecipientTo; kind <= mapi.RecipientBcc; kind++ {
		for _, p := range look.Recipients(m, kind) {
			list = append(list, addressee{p, kind, -1, nil})
		}
	}
	return list
}

// answer is the kind of those in Reply-To, beside those of recipients.
const answer = 0

func answerees(ps mapi.Props) []addressee {
	var list []addressee
	for _, p := range look.ReplyTo(ps) {
		list = append(list, addressee{p, answer, -1, nil})
	}
	return list
}

// personKeys are the ways in which two are the same person, the surest first.
var personKeys = []func(addressee) string{
	func(a addressee) string { return fmt.Sprint(a.kind, " ", strings.ToLower(personKey(a.Person))) },
	func(a addressee) string { return ifAny(fmt.Sprint(a.kind, " "), strings.ToLower(a.Address)) },
	func(a addressee) string { return ifAny(fmt.Sprint(a.kind, " "), strings.ToLower(nameOf(a.Person))) },
	func(a addressee) string { return strings.ToLower(a.Address) },
}

// ifAny returns both, or "" when the second is missing.
func ifAny(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// pairs reports what differs between two lists of people.
func (c *comparer) pairs(path string, a, b []addressee) {
	other := match(a, b, personKeys)
	taken := make([]bool, len(b))
	for i, x := range a {
		if other[i] < 0 {
			c.add(path, x.word(), personKey(x.Person), "", !placeless(x.Person))
			continue
		}
		y := b[other[i]]
		taken[other[i]] = true
		c.pair(path, x, y)
	}
	for j, y := range b {
		if !taken[j] {
			c.add(path, y.word(), "", personKey(y.Person), !placeless(y.Person))
		}
	}
}

// pair reports what differs between two that are one person.
func (c *comparer) pair(path string, x, y addressee) {
	if x.kind != y.kind {
		c.add(path, "recipient", x.word()+" "+personKey(x.Person), y.word()+" "+personKey(y.Person), true)
	} else if s, t := personKey(x.Person), personKey(y.Person); !strings.EqualFold(s, t) {
		c.add(path, x.word(), s, t, samePlace(x.Person, y.Person))
	}
	if x.props != nil && y.props != nil {
		c.others(under(path, fmt.Sprintf("recipient %d", x.index)), x.props, y.props, toldOfRecipients, nil, nil)
	}
}

func (a addressee) word() string {
	if a.kind == answer {
		return "reply-to"
	}
	return kindWords[a.kind]
}

// match pairs the elements of two lists by the first of the keys that they have
// in common, in linear time. It returns for each element of a the index of the
// one in b, -1 for none. A key of "" matches nothing.
func match[T any](a, b []T, keys []func(T) string) []int {
	other := make([]int, len(a))
	for i := range other {
		other[i] = -1
	}
	taken := make([]bool, len(b))
	for _, key := range keys {
		free := make(map[string][]int)
		for j, y := range b {
			if k := key(y); !taken[j] && k != "" {
				free[k] = append(free[k], j)
			}
		}
		for i, x := range a {
			k := key(x)
			if other[i] >= 0 || len(free[k]) == 0 {
				continue
			}
			other[i] = free[k][0]
			taken[other[i]] = true
			free[k] = free[k][1:]
		}
	}
	return other
}
