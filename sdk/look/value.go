package look

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

// PropName is the name that the specification gives a property, such as
// PidTagSubject or PidLidFlagRequest, else the named property's own name, else
// "".
func PropName(p mapi.Prop) string {
	if p.Name.IsZero() {
		return proptag.Name(p.Tag)
	}
	if n := propname.Name(p.Name); n != "" {
		return n
	}
	return p.Name.String()
}

// A Shown is a value as people see it.
type Shown struct {
	// Value is what encoding/json shows well: a number, a truth, a string or a
	// list of them. Bytes are hexadecimal, times RFC 3339. Strings are as they
	// stand in the message.
	Value any
	// Meaning says what the value stands for, where the specification says so:
	// the names of flags, the parts of identifiers. It is "" for any other.
	Meaning string
	// Size is the length of the value in bytes when only its beginning is in
	// Value, -1 when that is known only after reading, else 0.
	Size int64
}

// shownBytes is how much of a binary value is shown.
const shownBytes = 64

// maxElements bounds the elements of a list that are shown.
const maxElements = 256

// shownText is how much of a large text is shown, in bytes.
const shownText = 1 << 10

// Value returns a property's value for people. Of large values it reads the
// beginning, of storages nothing.
func Value(p mapi.Prop) Shown {
	s := Shown{}
	s.Value, s.Size = plain(p.Value)
	if v, ok := p.Value.(mapi.Large); ok && p.Tag.Type() != mapi.PtypObject {
		s.Value = beginning(v, p.Tag.Type())
	}
	s.Meaning = meaning(p)
	return s
}

// String is the value on one line, with its meaning; it may need [Line].
func (s Shown) String() string {
	text := Plain(s.Value)
	switch {
	case s.Size > 0:
		text += " (" + strconv.FormatInt(s.Size, 10) + " bytes)"
	case s.Size < 0:
		text += " (large)"
	}
	if s.Meaning == "" {
		return text
	}
	if text == "" {
		return s.Meaning
	}
	return text + " (" + s.Meaning + ")"
}

// Plain is a value of a [Shown] as text. The elements of a list are parted by
// semicolons.
func Plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, "; ")
	}
	return strings.Trim(fmt.Sprint(v), "[]")
}

// plain converts a value.
func plain(v mapi.Value) (any, int64) {
	switch v := v.(type) {
	case []byte:
		if len(v) > shownBytes {
			return hex.EncodeToString(v[:shownBytes]) + "…", int64(len(v))
		}
		return hex.EncodeToString(v), 0
	case mapi.Filetime:
		return timeText(v), 0
	case mapi.GUID:
		return v.String(), 0
	case mapi.Code:
		return v.String(), 0
	case mapi.Currency:
		return strconv.FormatFloat(float64(v)/10_000, 'f', 4, 64), 0
	case mapi.FloatingTime:
		return floatingText(v), 0
	case float32, float64:
		return fmt.Sprint(v), 0 // JSON has no NaN
	case mapi.Large:
		return nil, sizeOf(v)
	}
	return list(v)
}

// beginning is what a large value begins with; nil when it cannot be read.
func beginning(v mapi.Large, t mapi.Type) any {
	r, err := v.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	limit := int64(shownBytes)
	if t != mapi.PtypBinary {
		limit = shownText
	}
	b, err := io.ReadAll(io.LimitReader(r, limit))
	switch {
	case err != nil && len(b) == 0:
		return nil
	case t == mapi.PtypBinary:
		return hex.EncodeToString(b) + "…"
	}
	return strings.ToValidUTF8(string(b), "") + "…"
}

// sizeOf is the size of a large value, never 0.
func sizeOf(v mapi.Large) int64 {
	if n := v.Size(); n > 0 {
		return n
	}
	return -1
}

// list converts a list, and passes other values on.
func list(v mapi.Value) (any, int64) {
	switch v := v.(type) {
	case [][]byte:
		return each(v)
	case []mapi.Filetime:
		return each(v)
	case []mapi.GUID:
		return each(v)
	case []mapi.Currency:
		return each(v)
	case []mapi.FloatingTime:
		return each(v)
	case []float32:
		return each(v)
	case []float64:
		return each(v)
	case []string:
		return each(v)
	case []int16:
		return each(v)
	case []int32:
		return each(v)
	case []int64:
		return each(v)
	}
	return v, 0
}

func each[T any](list []T) (any, int64) {
	out := make([]string, 0, min(len(list), maxElements))
	for i, v := range list {
		if i == maxElements {
			out = append(out, fmt.Sprintf("… %d more", len(list)-i))
			break
		}
		text, _ := plain(v)
		out = append(out, Plain(text))
	}
	return out, 0
}

func timeText(t mapi.Filetime) string {
	if u, ok := t.Time(); ok {
		return u.Format(time.RFC3339Nano)
	}
	return "none"
}

// floatingText is a time in local time, which the value does not name
// ([MS-OXCDATA] 2.11.1).
func floatingText(v mapi.FloatingTime) string {
	if v > -1_000_000 && v < 3_000_000 {
		seconds := int64(float64(v) * 86_400)
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(0).AddDate(0, 0, int(seconds/86_400)).
			Add(time.Duration(seconds%86_400) * time.Second).Format("2006-01-02T15:04:05")
	}
	return fmt.Sprint(float64(v))
}

// Size is a number of bytes in words.
func Size(n int64) string {
	switch {
	case n == 1:
		return "1 byte"
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 999_950:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
