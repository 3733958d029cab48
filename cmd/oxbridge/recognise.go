package main

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/pluginhost"
	"github.com/oxbridge-mail/oxbridge/core/session"
)

// recogniser returns what tells the inputs of a plugin that reads other formats than
// mail, nil for one that does not.
// The user can also say what they are.
func recogniser(pool *pluginhost.Pool, to, from string) *batch.Recogniser {
	if to != "msg" || from != "" {
		return nil
	}
	d := pool.Description()
	mail := batch.Needs(to, from)[0]
	if !slices.ContainsFunc(d.Formats, func(f hostsvc.Format) bool { return f.Imports && f.Name != mail.Format }) {
		return nil
	}
	return &batch.Recogniser{Recognise: pool.Recognise, Mail: d.Can(mail.Direction, mail.Format)}
}

// extensions are those that outputs get as the plugin wants it.
var extensions = regexp.MustCompile(`^\.[A-Za-z0-9][A-Za-z0-9-]{0,15}$`)

// extensionOf returns the extension of outputs in a format that a plugin writes,
// "" for that of the same name.
func extensionOf(d hostsvc.Description, to string) string {
	if to == batch.Same {
		to = "eml" // outputs that are .msg files have that extension anyway
	}
	for _, f := range d.Formats {
		if f.Name == to && len(f.Extensions) > 0 && extensions.MatchString(f.Extensions[0]) {
			return f.Extensions[0]
		}
	}
	return ""
}

// extensionsOf returns the extensions of inputs in a format that a plugin reads.
func extensionsOf(d hostsvc.Description, from string) (list []string) {
	for _, f := range d.Formats {
		for _, e := range f.Extensions {
			if f.Name == from && extensions.MatchString(e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// errCannot is a usage error for a plugin that does not do what it is to.
func errCannot(pool *pluginhost.Pool, to, from string) error {
	if recogniser(pool, to, from) != nil {
		return nil
	}
	d := pool.Description()
	for _, n := range batch.Needs(to, from) {
		if d.Can(n.Direction, n.Format) {
			continue
		}
		what := "convert to " + n.Format
		if n.Direction == session.Import {
			what = "read " + n.Format
		}
		return &exitError{code: exitAborted, err: fmt.Errorf("plugin %s does not %s", d.Name, what),
			hint: "the program shows what it can do when it is started with the argument describe"}
	}
	return nil
}
