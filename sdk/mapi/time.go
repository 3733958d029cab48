package mapi

import "time"

// A Filetime counts 100-nanosecond ticks since 1601-01-01T00:00:00Z
// ([MS-DTYP] 2.3.3). Zero means "not set" in the files that Outlook writes.
type Filetime uint64

const (
	ticksPerSecond = 10_000_000
	unixEpoch      = 11_644_473_600 // seconds from 1601-01-01 to 1970-01-01

	// FiletimeNone is 4501-01-01, which Outlook stores for "no date".
	FiletimeNone Filetime = 0x0CB34557A3DD4000
	// filetimeNever is the largest positive value, another way to say "no date".
	filetimeNever Filetime = 0x7FFFFFFFFFFFFFFF
)

// Time converts f to UTC. Values that stand for "not set" are reported as
// ok == false with the zero time.Time. No other value fails: the whole range
// fits time.Time.
func (f Filetime) Time() (t time.Time, ok bool) {
	if f == 0 || f >= filetimeNever || f == FiletimeNone {
		return time.Time{}, false
	}
	sec := int64(f/ticksPerSecond) - unixEpoch
	return time.Unix(sec, int64(f%ticksPerSecond)*100).UTC(), true
}

// NewFiletime converts t, cutting it to 100 ns. Times before 1601 and the zero
// time.Time become 0.
func NewFiletime(t time.Time) Filetime {
	sec := t.Unix() + unixEpoch
	if t.IsZero() || sec < 0 {
		return 0
	}
	return Filetime(uint64(sec)*ticksPerSecond + uint64(t.Nanosecond())/100)
}

// Currency is a signed amount in units of 1/10,000.
type Currency int64

// FloatingTime counts days since 1899-12-30T00:00:00, local time.
type FloatingTime float64
