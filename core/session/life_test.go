package session

import (
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// TestReleasedAfterTheLastChild has every kind of object open when the session
// closes: none of them works any more when released is called.
func TestReleasedAfterTheLastChild(t *testing.T) {
	t.Parallel()
	s := open(t)
	var order []string
	var alive func() []error
	first := must(s.OpenMessage(NewMemory(nested(t)), 0, nil, func() {
		order = append(order, "first")
		for i, err := range alive() {
			if !errors.Is(err, mapi.ErrInvalidObject) {
				t.Errorf("object %d when released is called: %v", i, err)
			}
		}
	}))
	_ = must(s.OpenMessage(NewMemory(nil), 0, nil, func() { order = append(order, "second") }))
	a := must(first.OpenAttach(1, Modify))
	em := must(a.OpenMessage(Modify))
	inner := must(em.OpenAttach(0, Modify))
	r := must(inner.OpenStream(proptag.AttachDataBinary, 0))
	w := must(em.OpenStream(subject, Modify))
	table := must(em.GetAttachmentTable(0))
	alive = func() []error {
		_, e1 := first.GetPropList(0)
		_, e2 := a.GetPropList(0)
		_, e3 := em.GetPropList(0)
		_, e4 := inner.GetPropList(0)
		_, e5 := r.Read(make([]byte, 1))
		_, e6 := w.Write([]byte("x"))
		_, e7 := table.GetRowCount()
		return []error{e1, e2, e3, e4, e5, e6, e7, w.Commit(), em.SaveChanges(), a.SaveChanges(), first.SaveChanges()}
	}
	if err := errors.Join(alive()[:8]...); err != nil {
		t.Fatal(err)
	}
	s.Close()
	a.Release() // late releases do nothing
	em.Release()
	first.Release()
	if want := []string{"first", "second"}; !slices.Equal(order, want) {
		t.Errorf("released: %v, want %v", order, want)
	}
	if used := s.alloc.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// TestReferences opens sub-objects twice: they end with the last release.
func TestReferences(t *testing.T) {
	t.Parallel()
	m := must(open(t).OpenMessage(NewMemory(nested(t)), 0, nil, nil))
	a := must(m.OpenAttach(1, 0))
	if again := must(m.OpenAttach(1, Modify)); again != a {
		t.Error("a second object for one attachment")
	}
	em := must(a.OpenMessage(0))
	if again := must(a.OpenMessage(0)); again != em {
		t.Error("a second object for one message")
	}
	em.Release()
	if _, err := em.GetPropList(0); err != nil {
		t.Errorf("after one release of two: %v", err)
	}
	em.Release()
	em.Release()
	if _, err := em.GetPropList(0); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("after the last release: %v", err)
	}
	em = must(a.OpenMessage(0))
	a.Release()
	a.Release()
	if _, err := em.GetPropList(0); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("after the release of what it was opened through: %v", err)
	}
	if _, err := must(m.OpenAttach(1, Modify)).SetProps(one(subject, "x")); err != nil {
		t.Errorf("opened anew, with other access: %v", err)
	}
}

func TestThousandsOfMessagesInOneSession(t *testing.T) {
	t.Parallel()
	const count = 5000
	s := open(t)
	data := file(t, "x")
	released := 0
	for range count {
		m := must(s.OpenMessage(NewMemory(data), 0, nil, func() { released++ }))
		if _, _, err := m.GetProps(tags(subject), 0); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Messages()); n != count {
		t.Errorf("%d messages are open", n)
	}
	s.Close()
	if released != count || s.alloc.Used() != 0 {
		t.Errorf("%d messages released, %d bytes not given back", released, s.alloc.Used())
	}
}

// TestBudget lets one message exhaust the allocator in every way there is; its
// neighbour and what it held before stay.
func TestBudget(t *testing.T) {
	t.Parallel()
	const budget = 100_000
	big := strings.Repeat("x", budget)
	tests := []struct {
		name string
		do   func(m *Message) error
	}{
		{"SetProps", func(m *Message) error { _, err := m.SetProps(one(proptag.Body, big)); return err }},
		{"a stream", func(m *Message) error {
			w := must(m.OpenStream(proptag.Body, Create|Modify))
			_ = must(io.WriteString(w, big))
			return w.Close()
		}},
		{"ModifyRecipients", func(m *Message) error { return m.ModifyRecipients(AddRecipients, rows(big)) }},
		{"SetContents", func(m *Message) error {
			return m.SetContents(&mapi.Message{Props: one(proptag.Body, big)})
		}},
		{"CopyTo", func(m *Message) error {
			other := must(OpenMessage(NewAllocator(1<<30), NewMemory(nil), 0, nil, nil))
			defer other.Release()
			_ = must(other.SetProps(one(proptag.Body, big)))
			_, err := other.CopyTo(m, nil, 0)
			return err
		}},
		{"an attachment", func(m *Message) error {
			_, err := must(m.CreateAttach(0)).SetProps(one(proptag.AttachDataBinary, []byte(big)))
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := must(Open(NewAllocator(budget), 0))
			defer s.Close()
			greedy := must(s.OpenMessage(NewMemory(file(t, "greedy")), 0, nil, nil))
			if err := tt.do(greedy); !errors.Is(err, mapi.ErrNotEnoughMemory) {
				t.Errorf("over the budget: %v", err)
			}
			if got := must(greedy.Snapshot()).Props.String(subject); got != "greedy" {
				t.Errorf("the message says %q", got)
			}
			neighbour := must(s.OpenMessage(NewMemory(file(t, "neighbour")), 0, nil, nil))
			if _, err := neighbour.SetProps(one(subject, "fine")); err != nil {
				t.Errorf("neighbour: %v", err)
			}
			s.Close()
			if used := s.alloc.Used(); used != 0 {
				t.Errorf("%d bytes were not given back", used)
			}
		})
	}
}

// TestRepeatedChangesCostNothing sets one property over and over.
func TestRepeatedChangesCostNothing(t *testing.T) {
	t.Parallel()
	s := must(Open(NewAllocator(50_000), 0))
	defer s.Close()
	m := must(s.OpenMessage(NewMemory(file(t, "x")), 0, nil, nil))
	for range 100 {
		a := must(m.OpenAttach(0, Modify))
		_ = must(a.SetProps(one(proptag.AttachLongFilename, strings.Repeat("x", 2000))))
		if err := a.SaveChanges(); err != nil {
			t.Fatal(err)
		}
		_ = must(a.SetProps(one(proptag.AttachLongFilename, "dropped")))
		a.Release()
		_ = must(m.SetProps(one(proptag.Body, strings.Repeat("x", 10_000))))
	}
}

// TestCloseUnderConcurrentCalls closes a session while others read, write, save
// and copy in it.
func TestCloseUnderConcurrentCalls(t *testing.T) {
	t.Parallel()
	s := open(t)
	data := nested(t)
	work := []func(m *Message) error{
		func(m *Message) error { _, _, err := m.GetProps(nil, Unicode); return err },
		func(m *Message) error { _, err := m.SetProps(one(subject, "x")); return err },
		func(m *Message) error { return m.SaveChanges() },
		func(m *Message) error {
			a, err := m.OpenAttach(1, Modify)
			if err != nil {
				return err
			}
			defer a.Release()
			em, err := a.OpenMessage(Modify)
			if err != nil {
				return err
			}
			defer em.Release()
			return em.SaveChanges()
		},
		func(m *Message) error {
			r, err := m.OpenStream(subject, 0)
			if err != nil {
				return err
			}
			_, err = io.ReadAll(r)
			return errors.Join(err, r.Close())
		},
		func(m *Message) error {
			to, err := s.OpenMessage(NewMemory(nil), 0, nil, nil)
			if err != nil {
				return err
			}
			_, err = m.CopyTo(to, nil, 0)
			to.Release()
			return err
		},
		func(m *Message) error {
			table, err := m.GetAttachmentTable(0)
			if err != nil {
				return err
			}
			_, err = table.QueryRows(5, 0)
			return err
		},
	}
	shared := must(s.OpenMessage(NewMemory(data), 0, nil, nil))
	started := make(chan bool, len(work))
	var wg sync.WaitGroup
	for _, do := range work {
		wg.Go(func() {
			for i := 0; ; i++ {
				err := do(shared)
				if i == 2 {
					started <- true
				}
				if err == nil {
					continue
				}
				if !errors.Is(err, mapi.ErrInvalidObject) {
					t.Errorf("under Close: %v", err)
				}
				return
			}
		})
	}
	for range work {
		<-started
	}
	s.Close()
	wg.Wait()
	if used := s.alloc.Used(); used != 0 {
		t.Errorf("%d bytes were not given back", used)
	}
}

// TestUnsavedChangesAreDropped closes a session over a file that was changed but
// not saved.
func TestUnsavedChangesAreDropped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := file(t, "before")
	path := dir + "/m.msg"
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t)
	m := must(s.OpenMessage(mustFile(t, path, ReadWrite), 0, nil, nil))
	uncommitted := must(s.OpenMessage(mustFile(t, path, ReadWrite), NoStorageCommit, nil, nil))
	_, _ = must(m.SetProps(one(subject, "x"))), must(uncommitted.SetProps(one(subject, "y")))
	if err := uncommitted.SaveChanges(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if got := subjectOf(t, must(os.ReadFile(path))); got != "before" {
		t.Errorf("the file says %q", got)
	}
	if list := must(os.ReadDir(dir)); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
}

// TestFreeStanding uses a message without a session of the caller's.
func TestFreeStanding(t *testing.T) {
	t.Parallel()
	calls := 0
	alloc := NewAllocator(1 << 20)
	m := must(OpenMessage(alloc, NewMemory(file(t, "alone")), 0, nil, func() { calls++ }))
	if got := must(m.Snapshot()).Props.String(subject); got != "alone" {
		t.Errorf("subject %q", got)
	}
	m.Release()
	m.Release()
	if _, err := m.Snapshot(); !errors.Is(err, mapi.ErrInvalidObject) || calls != 1 || alloc.Used() != 0 {
		t.Errorf("after Release: %v, released called %d times, %d bytes taken", err, calls, alloc.Used())
	}
}

// TestEndClosesReaders leaves a stream of a large value open.
func TestEndClosesReaders(t *testing.T) {
	t.Parallel()
	m := must(open(t).OpenMessage(NewMemory(file(t, "x")), 0, nil, nil))
	v, _ := must(m.Snapshot()).Attachments[0].Props.Get(proptag.AttachDataBinary)
	r := must(v.(mapi.Large).Open())
	m.Release()
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, mapi.ErrInvalidObject) {
		t.Errorf("Read() = %v", err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if n := len(m.doc.loose.readers); n != 0 {
		t.Errorf("%d readers are left", n)
	}
}
