package session

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a storage in memory.
type memory struct {
	bytes.Reader
	committed []byte
	next      *seeker
	closed    int
}

func newMemory(b []byte) *memory {
	m := &memory{committed: b}
	m.Reset(b)
	return m
}

func (m *memory) Size() int64                      { return int64(len(m.committed)) }
func (m *memory) Rewrite() (io.WriteSeeker, error) { m.next = new(seeker); return m.next, nil }
func (m *memory) Commit() error                    { m.committed = m.next.b; return nil }
func (m *memory) Close() error                     { m.closed++; return nil }

// seeker is an io.WriteSeeker in memory.
type seeker struct {
	b   []byte
	off int64
}

func (s *seeker) Write(p []byte) (int, error) {
	if need := s.off + int64(len(p)) - int64(len(s.b)); need > 0 {
		s.b = append(s.b, make([]byte, need)...)
	}
	n := copy(s.b[s.off:], p)
	s.off += int64(n)
	return n, nil
}

func (s *seeker) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += s.off
	case io.SeekEnd:
		off += int64(len(s.b))
	}
	s.off = off
	return off, nil
}

func open(t *testing.T) *Session {
	t.Helper()
	s, err := Open(NewAllocator(64<<20), Unicode)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// sample is a message with a large attachment.
func sample(subject string) *mapi.Message {
	m := new(mapi.Message)
	m.Props.Set(proptag.MessageClass, "IPM.Note")
	m.Props.Set(proptag.Subject, subject)
	a := new(mapi.Attachment)
	a.Props.Set(proptag.AttachMethod, mapi.AttachByValue)
	a.Props.Set(proptag.AttachDataBinary, bytes.Repeat([]byte("0123456789"), 20_000))
	m.Attachments = append(m.Attachments, a)
	return m
}

// file is sample as a .msg file.
func file(t *testing.T, subject string) []byte {
	t.Helper()
	st := newMemory(nil)
	m, err := open(t).OpenMessage(st, 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SetContents(sample(subject)); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveChanges(); err != nil {
		t.Fatal(err)
	}
	return st.committed
}

func TestOpenChecksItsArguments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		alloc *Allocator
		flags Flags
		err   error
	}{
		{"no flags", NewAllocator(1), 0, nil},
		{"MAPI_UNICODE", NewAllocator(1), Unicode, nil},
		{"no allocator", nil, 0, mapi.ErrInvalidParameter},
		{"IMSG_NO_ISTG_COMMIT is for messages", NewAllocator(1), NoStorageCommit, mapi.ErrUnknownFlags},
		{"unknown flag", NewAllocator(1), 0x40, mapi.ErrUnknownFlags},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Open(tt.alloc, tt.flags)
			if !errors.Is(err, tt.err) {
				t.Fatalf("Open() = %v, want %v", err, tt.err)
			}
			if err == nil {
				s.Close()
			}
		})
	}
}

func TestSaveAndReadBack(t *testing.T) {
	t.Parallel()
	m, err := open(t).OpenMessage(newMemory(file(t, "hello")), Unicode, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if got := tree.Props.String(proptag.Subject); got != "hello" {
		t.Errorf("subject %q", got)
	}
	data, err := tree.Attachments[0].Props.Bytes(proptag.AttachDataBinary, 1<<20)
	if err != nil || len(data) != 200_000 {
		t.Errorf("attachment of %d bytes, %v", len(data), err)
	}
}

func TestNothingIsStoredBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	s := open(t)
	unsaved, uncommitted := newMemory(nil), newMemory(nil)
	m1, err1 := s.OpenMessage(unsaved, 0, nil, nil)
	m2, err2 := s.OpenMessage(uncommitted, NoStorageCommit, nil, nil)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := errors.Join(m1.SetContents(sample("a")), m2.SetContents(sample("b")), m2.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if unsaved.next != nil || uncommitted.committed != nil {
		t.Error("something was stored")
	}
	if uncommitted.next == nil {
		t.Error("SaveChanges with NoStorageCommit wrote nothing")
	}
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	s := open(t)
	st := newMemory(file(t, "x"))
	m, err := s.OpenMessage(st, 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := m.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	v, _ := tree.Attachments[0].Props.Get(proptag.AttachDataBinary)
	large := v.(mapi.Large)
	stream, err := large.Open()
	if err != nil {
		t.Fatal(err)
	}
	lease, err := s.NewLease()
	if err != nil {
		t.Fatal(err)
	}
	handle := lease.Grant(large)
	if _, err := lease.Large(handle); err != nil {
		t.Fatalf("live handle: %v", err)
	}
	s.Close()
	s.Close() // idempotent

	_, readErr := stream.Read(make([]byte, 1))
	_, openErr := large.Open()
	_, snapErr := m.Snapshot()
	_, handleErr := lease.Large(handle)
	_, leaseErr := s.NewLease()
	_, messageErr := s.OpenMessage(newMemory(nil), 0, nil, nil)
	for what, err := range map[string]error{
		"stream": readErr, "large value": openErr, "message": snapErr, "save": m.SaveChanges(),
		"contents": m.SetContents(sample("")), "handle": handleErr, "new lease": leaseErr, "new message": messageErr,
	} {
		if !errors.Is(err, mapi.ErrInvalidObject) {
			t.Errorf("%s after Close: %v, want MAPI_E_INVALID_OBJECT", what, err)
		}
	}
	if st.closed != 1 {
		t.Errorf("storage closed %d times", st.closed)
	}
	if used := s.alloc.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

func TestReleasedIsCalledOnceEachInOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	var order []int
	var second *Message
	for i := range 5 {
		m, err := s.OpenMessage(newMemory(nil), 0, nil, func() { order = append(order, i) })
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			second = m
		}
	}
	second.Release()
	second.Release()
	if n := len(s.Messages()); n != 4 {
		t.Errorf("%d messages listed", n)
	}
	s.Close()
	if want := []int{1, 0, 2, 3, 4}; !slices.Equal(order, want) {
		t.Errorf("released in order %v, want %v", order, want)
	}
}

func TestFailedOpenReleasesItsStorage(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, st := range map[string]*memory{"no message": newMemory([]byte("this is no compound file"))} {
		calls := 0
		if _, err := s.OpenMessage(st, 0, nil, func() { calls++ }); err == nil {
			t.Errorf("%s opened", name)
		}
		if st.closed != 1 || calls != 1 {
			t.Errorf("%s: storage closed %d times, released called %d times", name, st.closed, calls)
		}
	}
	if _, err := s.OpenMessage(nil, 0, nil, nil); !errors.Is(err, mapi.ErrInvalidParameter) {
		t.Errorf("no storage: %v", err)
	}
	if _, err := s.OpenMessage(newMemory(nil), 0x40, nil, nil); !errors.Is(err, mapi.ErrUnknownFlags) {
		t.Errorf("unknown flags: %v", err)
	}
}

func TestOneMessageOverBudgetDoesNotCostItsNeighbours(t *testing.T) {
	t.Parallel()
	big := sample("big")
	big.Props.Set(proptag.Body, string(bytes.Repeat([]byte("x"), 30_000)))
	st := newMemory(nil)
	w := open(t)
	m, err := w.OpenMessage(st, 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.SetContents(big), m.SaveChanges()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(NewAllocator(25_000), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	over, err := s.OpenMessage(newMemory(st.committed), 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := over.Snapshot(); !errors.Is(err, mapi.ErrNotEnoughMemory) {
		t.Errorf("Snapshot() over budget = %v", err)
	}
	small, err := s.OpenMessage(newMemory(file(t, "small")), 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := small.Snapshot(); err != nil {
		t.Errorf("neighbour: %v", err)
	}
}

func TestCloseUnderConcurrentUse(t *testing.T) {
	t.Parallel()
	s := open(t)
	data := file(t, "x")
	var wg sync.WaitGroup
	started := make(chan struct{}, 8)
	for range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				err := func() error {
					m, err := s.OpenMessage(newMemory(data), 0, nil, nil)
					if err != nil {
						return err
					}
					tree, err := m.Snapshot()
					if err != nil {
						return err
					}
					_, err = tree.Attachments[0].Props.Bytes(proptag.AttachDataBinary, 1<<20)
					return err
				}()
				if i == 0 {
					started <- struct{}{}
				}
				if err != nil {
					if !errors.Is(err, mapi.ErrInvalidObject) {
						t.Errorf("under Close: %v", err)
					}
					return
				}
			}
		})
	}
	for range 8 {
		<-started
	}
	s.Close()
	wg.Wait()
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages left", n)
	}
}

func TestLease(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, errA := s.NewLease()
	b, errB := s.NewLease()
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	sp := newMessage(t, s).NewSpool()
	h := a.Grant(sp)
	if v, err := a.Large(h); err != nil || v != mapi.Large(sp) {
		t.Errorf("Large() = %v, %v", v, err)
	}
	for name, err := range map[string]error{
		"another lease": second(b.Large(h)), "zero": second(a.Large(0)), "never granted": second(a.Large(h + 1)),
	} {
		if !errors.Is(err, mapi.ErrInvalidObject) {
			t.Errorf("%s: %v", name, err)
		}
	}
	a.Revoke()
	a.Revoke()
	if _, err := a.Large(h); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("revoked: %v", err)
	}
}

// newMessage is a new, empty message of s.
func newMessage(t *testing.T, s *Session) *Message {
	t.Helper()
	m, err := s.OpenMessage(newMemory(nil), 0, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func second[T any](_ T, err error) error { return err }

func TestSpool(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 10, spoolMemory, spoolMemory + 1, 3 * spoolMemory} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := open(t)
			m := newMessage(t, s)
			sp := m.NewSpool()
			want := bytes.Repeat([]byte{7}, n)
			for rest := want; len(rest) > 0; {
				k := min(len(rest), 100_000)
				if _, err := sp.Write(rest[:k]); err != nil {
					t.Fatal(err)
				}
				rest = rest[k:]
			}
			for range 2 {
				r, err := sp.Open()
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(got, want) || sp.Size() != int64(n) {
					t.Errorf("read %d bytes of %d, %v", len(got), n, err)
				}
			}
			m.Release()
			if _, err := sp.Open(); !errors.Is(err, mapi.ErrInvalidObject) {
				t.Errorf("after Release: %v", err)
			}
			for _, late := range []*Spool{sp, m.NewSpool()} {
				if _, err := late.Write([]byte{1}); !errors.Is(err, mapi.ErrInvalidObject) {
					t.Errorf("Write after Release: %v", err)
				}
			}
		})
	}
}
