package msg

import (
	"io"
	"strings"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
	"github.com/oxbridge-mail/oxbridge/sdk/transfer"
)

// TestDamagedEncodingIsSaid writes values that are decoded on the way, sound and
// damaged.
func TestDamagedEncodingIsSaid(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{"aGVsbG8=": 0, "aGVs\r\nbG8=\r\n": 0, "aGVs*bG8=": 1} {
		m := &mapi.Message{}
		a := &mapi.Attachment{}
		a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
		a.Props.Set(proptag.AttachDataBinary, transfer.NewBytesInput([]byte(in)).Range(0, int64(len(in)), transfer.Unbase64))
		m.Attachments = append(m.Attachments, a)
		var said problem.List
		if err := Write(&writeSeeker{}, m, WriteOptions{}, said.Add); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range said {
			if p.Code == "msg.value.encoding" && strings.HasPrefix(p.Object, "attachment 0") {
				n++
			}
		}
		if n != want {
			t.Errorf("%q: %v, want %d problems of the encoding", in, said, want)
		}
	}
}

// writeSeeker is a file that nobody reads.
type writeSeeker struct{ at, size int64 }

func (w *writeSeeker) Write(p []byte) (int, error) {
	w.at += int64(len(p))
	w.size = max(w.size, w.at)
	return len(p), nil
}

func (w *writeSeeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		w.at = offset
	case io.SeekCurrent:
		w.at += offset
	default:
		w.at = w.size + offset
	}
	return w.at, nil
}
