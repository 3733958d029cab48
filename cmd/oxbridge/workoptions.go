package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/batch"
)

// workOptions say how the work is done: they change no output.
type workOptions struct {
	jobs     int
	memory   string
	nice     int
	json     bool
	problems bool
	logs     logOptions
}

func (o *workOptions) addFlags(f *pflag.FlagSet) {
	f.IntVarP(&o.jobs, "jobs", "j", 0, "convert up to `n` messages at once (0: four for each CPU)")
	f.StringVar(&o.memory, "memory", "", "let this process use about `size` of memory, such as 512M or 2G")
	f.IntVar(&o.nice, "nice", 0, "run with lower priority, 1 to 19")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each message on standard output")
	f.BoolVar(&o.problems, "problems", false, "print what was lost or repaired, message by message")
	o.logs.addFlags(f)
}

func (o *workOptions) check() error {
	switch {
	case o.jobs < 0:
		return &exitError{code: exitUsage, err: fmt.Errorf("--jobs must not be negative, got %d", o.jobs)}
	case o.nice < 0 || o.nice > 19:
		return &exitError{code: exitUsage, err: fmt.Errorf("--nice must be 0 to 19, got %d", o.nice)}
	}
	if _, err := parseSize(o.memory); err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--memory %s: %w", o.memory, err)}
	}
	return o.logs.check()
}

// apply sets what is set for the whole process, and returns the memory for each
// session, 0 for the default.
func (o *workOptions) apply() (sessionMemory int64, err error) {
	if o.nice > 0 {
		if err := setNice(o.nice); err != nil {
			return 0, &exitError{code: exitUsage, err: fmt.Errorf("--nice: %w", err)}
		}
	}
	memory, err := parseSize(o.memory)
	if err != nil || memory == 0 {
		return 0, err
	}
	debug.SetMemoryLimit(memory)
	jobs := o.jobs
	if jobs == 0 {
		jobs = batch.JobsPerCPU * runtime.GOMAXPROCS(0)
	}
	return max(memory/2/int64(jobs), 8<<20), nil
}
