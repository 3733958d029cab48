package msg

import (
	"errors"
	"io"
	"sync"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// AsFile returns m as the value that is its .msg file. The file is made whenever
// the value is opened, in memory or, beyond 8 MiB, in opt.TempDir, and is gone
// when that reader is closed. m and its values must live as long and not change.
// What the file cannot hold is reported once, by the first that opens it.
func AsFile(m *mapi.Message, opt WriteOptions, report problem.Reporter) mapi.Large {
	return &fileValue{m: m, opt: opt, report: report}
}

// fileValue is a message as a file.
type fileValue struct {
	m   *mapi.Message
	opt WriteOptions

	mu     sync.Mutex
	report problem.Reporter // guarded by mu; nil once it was used
}

var _ mapi.Large = (*fileValue)(nil)

// Size returns -1: only making the file tells.
func (f *fileValue) Size() int64 { return -1 }

// Open makes the file. Its errors are those of Write.
func (f *fileValue) Open() (io.ReadCloser, error) {
	f.mu.Lock()
	report := f.report
	f.report = nil
	f.mu.Unlock()
	sp := &spool{dir: f.opt.TempDir}
	if err := Write(sp, f.m, f.opt, report); err != nil {
		return nil, errors.Join(err, sp.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(sp, 0, sp.size), sp}, nil
}
