package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/sdk"
)

// settings are the values that the user gave for options of a plugin, by name.
type settings map[string]string

// addFlags makes a flag of each option of the built-in plugins. Options of other
// plugins are set by --set.
func (s settings) addFlags(f *pflag.FlagSet, declared []sdk.Option) {
	for _, o := range declared {
		v := &settingValue{option: o, into: s}
		flag := f.VarPF(v, o.Name, "", v.usage())
		if o.Kind == sdk.OptionBool {
			flag.NoOptDefVal = "true"
		}
	}
	f.Var(&settingPairs{s}, "set", "set an option of the plugin, as `name=value`; may be repeated")
}

// A settingValue is the flag of one option.
type settingValue struct {
	option sdk.Option
	into   settings
}

func (v *settingValue) usage() string {
	if len(v.option.Choices) == 0 {
		return v.option.Help
	}
	return v.option.Help + ": " + strings.Join(v.option.Choices, ", ")
}

// Set implements pflag.Value.
func (v *settingValue) Set(s string) error {
	if err := v.option.Accept(s); err != nil {
		return err
	}
	v.into[v.option.Name] = s
	return nil
}

// String implements pflag.Value.
func (v *settingValue) String() string {
	if s, ok := v.into[v.option.Name]; ok {
		return s
	}
	return v.option.Default
}

// Type implements pflag.Value. It is the word for the value in the help.
func (v *settingValue) Type() string {
	switch {
	case v.option.Kind == sdk.OptionBool:
		return "bool"
	case v.option.Kind == sdk.OptionNumber:
		return "n"
	case len(v.option.Choices) > 0:
		return "word"
	}
	return "text"
}

// settingPairs is the flag --set.
type settingPairs struct{ into settings }

// Set implements pflag.Value.
func (p *settingPairs) Set(s string) error {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q is not name=value", s)
	}
	p.into[name] = value
	return nil
}

// String implements pflag.Value.
func (p *settingPairs) String() string { return "" }

// Type implements pflag.Value.
func (p *settingPairs) Type() string { return "string" }
