package pluginhost

import (
	"context"
	"errors"
	"io"

	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// probeMemory is the memory budget of a session that has no message in it, in
// bytes.
const probeMemory = 1 << 20

// Probe asks the plugin whether a file is of a format that it probes. It is a job
// like any other: when others may have taken its process down, it is done once more
// by itself.
func (p *Pool) Probe(ctx context.Context, format string, in transfer.Input) (bool, error) {
	yes, err := probe(ctx, format, in, p.Convert)
	if failed := (*Error)(nil); errors.As(err, &failed) && failed.Suspect() && ctx.Err() == nil {
		return probe(ctx, format, in, p.ConvertAlone)
	}
	return yes, err
}

// probe has a question answered.
func probe(ctx context.Context, format string, in transfer.Input, do func(context.Context, *session.Job) error) (bool, error) {
	s, err := session.Open(session.NewAllocator(probeMemory), session.Unicode)
	if err != nil {
		return false, err
	}
	defer s.Close()
	m, err := s.OpenMessage(session.NewMemory(nil), session.Unicode|session.NoStorageCommit, nil, nil)
	if err != nil {
		return false, err
	}
	job := &session.Job{Direction: session.Probe, Format: format, Message: m, Input: in}
	err = do(ctx, job)
	return job.Matched, err
}

// Recognise returns the name of the format that the plugin reads and a file is in,
// or "": by what files of the format begin with; and where that decides nothing,
// because a format does not say, by asking the plugin. A format that says neither
// goes by the extension of the file's name.
func (p *Pool) Recognise(ctx context.Context, in transfer.Input, extension string) (format string, err error) {
	head := make([]byte, min(magicHead, in.Size()))
	if n, err := in.ReadAt(head, 0); n < len(head) {
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return "", err
	}
	if name := p.desc.ByMagic(head); name != "" {
		return name, nil
	}
	for _, f := range p.desc.Formats {
		if !p.desc.Can(session.Probe, f.Name) {
			continue
		}
		if yes, err := p.Probe(ctx, f.Name, in); yes || err != nil {
			return f.Name, err
		}
	}
	return p.desc.ByExtension(extension), nil
}

// magicHead is how much of a file [hostsvc.Description.ByMagic] looks at, in bytes.
const magicHead = 4096 + 256
