package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/oxbridge-mail/oxbridge/cmd/internal/sample"
	"github.com/oxbridge-mail/oxbridge/core/hostsvc"
	"github.com/oxbridge-mail/oxbridge/core/session"
	"github.com/oxbridge-mail/oxbridge/core/store"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/pluginv1"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
	"github.com/oxbridge-mail/oxbridge/sdk/wire"
)

// BenchmarkStages measures the stages of a conversion of one message to .eml by
// themselves, in one process.
func BenchmarkStages(b *testing.B) {
	for _, name := range []string{"5KB", "100KB", "rtf", "embedded", "1MB"} {
		c, ok := sample.Find(name)
		if !ok {
			b.Fatal(name)
		}
		data, err := c.Bytes(1)
		if err != nil {
			b.Fatal(err)
		}
		path := filepath.Join(b.TempDir(), "in.msg")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			b.Fatal(err)
		}
		var out bytes.Buffer
		tree := exported(b, data, &out)
		for _, s := range []struct {
			stage string
			do    func() error
		}{
			{"read+hash", func() error { return readAndHash(path) }},
			{"decode", func() error { return decoded(data, func(*session.Session, *session.Message) error { return nil }) }},
			{"decode+convert", func() error { return decoded(data, convertTo(io.Discard)) }},
			{"wire", func() error { return overWire(tree) }},
			{"encode", func() error { return encodeFiles(tree) }},
			{"write+hash", func() error { return writeAndHash(b.TempDir(), out.Bytes()) }},
		} {
			b.Run(name+"/"+s.stage, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					if err := s.do(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// exported converts a message to out and returns its tree.
func exported(b *testing.B, data []byte, out io.Writer) *mapi.Message {
	b.Helper()
	if err := decoded(data, convertTo(out)); err != nil {
		b.Fatal(err)
	}
	var tree *mapi.Message
	s, err := session.Open(session.NewAllocator(1<<30), session.Unicode)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	m, err := s.OpenMessage(session.NewReaderStorage(bytes.NewReader(data), int64(len(data))), session.Unicode, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	if tree, err = (&session.Job{Direction: session.Export, Message: m}).Snapshot(); err != nil {
		b.Fatal(err)
	}
	return tree
}

func readAndHash(path string) error {
	src, err := store.OpenSource(path)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := src.Load(1 << 20); err != nil {
		return err
	}
	_, err = store.DigestOf(src, src.Size())
	return err
}

// decoded opens a message, takes its snapshot and goes on with do.
func decoded(data []byte, do func(*session.Session, *session.Message) error) error {
	s, err := session.Open(session.NewAllocator(1<<30), session.Unicode)
	if err != nil {
		return err
	}
	defer s.Close()
	m, err := s.OpenMessage(session.NewReaderStorage(bytes.NewReader(data), int64(len(data))), session.Unicode, nil, nil)
	if err != nil {
		return err
	}
	if _, err := (&session.Job{Direction: session.Export, Message: m}).Snapshot(); err != nil {
		return err
	}
	return do(s, m)
}

func convertTo(out io.Writer) func(*session.Session, *session.Message) error {
	direct := hostsvc.InProcess(builtins["eml"]())
	return func(_ *session.Session, m *session.Message) error {
		return direct.Convert(context.Background(), &session.Job{Direction: session.Export, Format: "eml", Message: m, Output: out})
	}
}

// overWire takes a message to the bytes of the wire and back.
func overWire(tree *mapi.Message) error {
	var codec wire.Codec
	place := func(dst *pluginv1.Prop, v mapi.Large) error {
		wire.SetBlob(dst, 1, v.Size())
		return nil
	}
	chunks, err := wire.Encode(tree, place, nil, wire.InBegin)
	if err != nil {
		return err
	}
	builder := wire.NewBuilder(wire.Limits{}, func(*pluginv1.Prop) (mapi.Large, error) { return wire.Memory(nil), nil })
	for i, objects := range chunks {
		frame := &pluginv1.HostFrame{Kind: &pluginv1.HostFrame_Begin{Begin: &pluginv1.Begin{}}}
		if i > 0 {
			frame.Kind = &pluginv1.HostFrame_Snapshot{Snapshot: &pluginv1.Snapshot{}}
		}
		sent, err := codec.Marshal(&wire.Encoded{Frame: frame, Fields: objects})
		if err != nil {
			return err
		}
		got := wire.Received{Frame: &pluginv1.HostFrame{}}
		err = codec.Unmarshal(sent, &got)
		sent.Free()
		if err != nil {
			return err
		}
		if err := builder.AddEncoded(got.Objects); err != nil {
			return err
		}
	}
	_, err = builder.Message()
	return err
}

// encodeFiles writes the files of a message in base64.
func encodeFiles(m *mapi.Message) error {
	for _, a := range m.Attachments {
		if a.Embedded != nil {
			if err := encodeFiles(a.Embedded); err != nil {
				return err
			}
		}
		for _, p := range a.Props {
			if p.Tag != proptag.AttachDataBinary {
				continue
			}
			v, ok := p.Value.(mapi.Large)
			if !ok {
				v = wire.Memory(p.Value.([]byte))
			}
			r, err := v.Open()
			if err != nil {
				return err
			}
			_, err = transfer.Copy(io.Discard, r, transfer.Base64)
			_ = r.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func writeAndHash(dir string, data []byte) error {
	t, err := store.Create(filepath.Join(dir, "out.eml"), true)
	if err != nil {
		return err
	}
	defer t.Close()
	if _, err := t.Write(data); err != nil {
		return err
	}
	return t.Commit()
}
