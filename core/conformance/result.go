package conformance

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// A result is what a job has come to.
type result struct {
	code     pluginv1.Result
	text     string // Done.error
	match    pluginv1.Match
	size     int64  // of the output of an export
	sum      string // of the output, or of the message
	out      []byte // the beginning of the output
	message  *mapi.Message
	problems []problem.Problem
	asked    int64 // requests and references
	requests int64 // requests
}

// result returns what the job has come to, after it is done.
func (j *job) result() *result {
	return &result{
		code: j.end.GetResult(), text: j.end.GetError(), match: j.end.GetMatch(), size: j.out.size, sum: string(j.out.sum.Sum(nil)) + digest(j.message),
		out: j.out.kept, message: j.message, problems: j.problems, asked: j.asked.Load(), requests: j.requests.Load(),
	}
}

// ok reports whether the job succeeded.
func (r *result) ok() bool { return r.code == pluginv1.Result_RESULT_OK }

// same returns an error that says how r differs from want.
func (r *result) same(want *result) error {
	switch {
	case r.code != want.code:
		return fmt.Errorf("ends with %s, not with %s", r, want)
	case r.sum != want.sum && r.message == nil:
		return fmt.Errorf("the output is another one (%d bytes, not %d; they differ from byte %d on)", r.size, want.size, differ(r.out, want.out))
	case r.sum != want.sum:
		return errors.New("the message is another one")
	}
	return nil
}

// differ returns where two outputs begin to differ.
func differ(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// String names the result of the job, with the beginning of what was said.
func (r *result) String() string {
	name := pluginv1.Result_name[int32(r.code)]
	if name == "" {
		name = fmt.Sprintf("result %d", r.code)
	}
	if r.text != "" {
		line, _, _ := bytes.Cut([]byte(r.text), []byte("\n"))
		name += ": " + wire.Text(string(line), 200)
	}
	return name
}

// lost reports whether a loss or an error was reported.
func (r *result) lost() bool { return problem.List(r.problems).Worst() >= problem.Loss }

// digest is equal for messages that are; "" for none.
func digest(m *mapi.Message) string {
	if m == nil {
		return ""
	}
	sum := sha256.New()
	chunks, err := wire.Flatten(m, func(dst *pluginv1.Prop, v mapi.Large) error {
		r, err := v.Open()
		if err != nil {
			return err
		}
		defer r.Close()
		n, err := io.Copy(sum, r)
		wire.SetBlob(dst, 1, n)
		return err
	}, nil)
	if err != nil {
		return err.Error()
	}
	for _, c := range chunks {
		for _, o := range c {
			b, err := o.MarshalVT()
			if err != nil {
				return err.Error()
			}
			sum.Write(b)
		}
	}
	return string(sum.Sum(nil))
}
