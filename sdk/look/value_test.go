package look

import (
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/propname"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestValue(t *testing.T) {
	t.Parallel()
	tagged := func(tag mapi.Tag, v any) mapi.Prop { return mapi.Prop{Tag: tag, Value: v} }
	named := func(n mapi.Name, v any) mapi.Prop {
		return mapi.Prop{Tag: mapi.NewTag(0, mapi.PtypInteger32), Name: n, Value: v}
	}
	when := mapi.NewFiletime(time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC))
	tests := []struct {
		name string
		in   mapi.Prop
		want string
	}{
		{"string", tagged(proptag.Subject, "x"), "x"},
		{"number", tagged(proptag.MessageSize, int32(-1)), "-1"},
		{"word", tagged(proptag.Importance, int32(2)), "2 (high)"},
		{"number without a word", tagged(proptag.Importance, int32(9)), "9"},
		{"flags", tagged(proptag.MessageFlags, int32(0x40019)), "262169 (read, unsent, has attachments, 0x40000)"},
		{"no flags", tagged(proptag.MessageFlags, int32(0)), "0"},
		{"kind of a recipient", tagged(proptag.RecipientType, int32(0x10000002)), "268435458 (cc, resend)"},
		{"word of a named property", named(propname.LidBusyStatus, int32(3)), "3 (out of office)"},
		{"time", tagged(proptag.ClientSubmitTime, when), "2024-02-29T13:37:42Z"},
		{"no time", tagged(proptag.ClientSubmitTime, mapi.FiletimeNone), "none"},
		{"time in days", tagged(mapi.NewTag(0x6000, mapi.PtypFloatingTime), mapi.FloatingTime(45351.5)), "2024-02-29T12:00:00"},
		{"money", tagged(mapi.NewTag(0x6000, mapi.PtypCurrency), mapi.Currency(-12345)), "-1.2345"},
		{"GUID", tagged(mapi.NewTag(0x6000, mapi.PtypGuid), mapi.PSMAPI), "00020328-0000-0000-C000-000000000046"},
		{"list", tagged(mapi.NewTag(0x6000, mapi.PtypMultipleString), []string{"a", "b"}), "a; b"},
		{"list of times", tagged(mapi.NewTag(0x6000, mapi.PtypMultipleTime), []mapi.Filetime{when, 0}), "2024-02-29T13:37:42Z; none"},
		{"list of bytes", tagged(mapi.NewTag(0x6000, mapi.PtypMultipleBinary), [][]byte{{1}, {2, 3}}), "01; 0203"},
		{"bytes", tagged(proptag.RecordKey, []byte{0xAB, 0xCD}), "abcd"},
		{"many bytes", tagged(proptag.RecordKey, make([]byte, 100)), strings.Repeat("00", 64) + "… (100 bytes)"},
		{"large text", tagged(proptag.Body, large("hello")), "hello… (large)"},
		{"storage", tagged(proptag.AttachDataObject, large("?")), " (large)"},
		{"search key", tagged(proptag.SenderSearchKey, []byte("SMTP:A@B\x00")), "534d54503a41404200 (SMTP:A@B)"},
		{"search key of a message", tagged(proptag.SearchKey, []byte{1, 0xFF}), "01ff"},
		{"conversation index", tagged(proptag.ConversationIndex, fromHex(t, "01da6b140fb2 00112233445566778899aabbccddeeff 0000000000")),
			"01da6b140fb200112233445566778899aabbccddeeff0000000000 (conversation 00112233445566778899AABBCCDDEEFF, started 2024-02-29T13:34:46.7692544Z, 1 replies)"},
		{"conversation index cut short", tagged(proptag.ConversationIndex, fromHex(t, "01da6b14")), "01da6b14"},
		{"entry identifier", tagged(proptag.EntryId, fromHex(t, "00000000 812b1fa4bea310199d6e00dd010f5402 00000100 4100 534d545000 614062 00")),
			"00000000812b1fa4bea310199d6e00dd010f540200000100410053 4d545000614062 00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Value(tt.in)
			want := tt.want
			if tt.name == "entry identifier" {
				want = strings.ReplaceAll(want, " ", "") + " (one-off A <a@b>)"
			}
			if got.String() != want {
				t.Errorf("%q, want %q", got, want)
			}
			if _, err := json.Marshal(got.Value); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := json.Marshal(Value(tagged(mapi.NewTag(0x6000, mapi.PtypFloating64), math.NaN())).Value); err != nil {
		t.Error("NaN:", err)
	}
}

func TestGlobalObjectID(t *testing.T) {
	t.Parallel()
	const head = "040000008200E00074C5B7101A82E008"
	uid := hex.EncodeToString([]byte("vCal-Uid\x01\x00\x00\x00uid@example.org\x00"))
	tests := []struct{ name, in, want string }{
		{"of iCalendar", head + "00000000 0000000000000000 0000000000000000 1c000000" + uid, "iCalendar uid uid@example.org"},
		{"instance", head + "07e8021d 0000000000000000 0000000000000000 01000000 ff", "instance of 2024-02-29, 1 bytes of data"},
		{"wrong length", head + "00000000 0000000000000000 0000000000000000 ff000000 ff", ""},
		{"cut short", head, ""},
	}
	for _, tt := range tests {
		p := mapi.Prop{Tag: mapi.NewTag(0, mapi.PtypBinary), Name: propname.LidGlobalObjectId, Value: fromHex(t, tt.in)}
		if got := Value(p).Meaning; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPropName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   mapi.Prop
		want string
	}{
		{mapi.Prop{Tag: proptag.Subject}, "PidTagSubject"},
		{mapi.Prop{Name: propname.LidFlagRequest}, "PidLidFlagRequest"},
		{mapi.Prop{Name: propname.InternetHeader("X-Foo")}, "PS_INTERNET_HEADERS/x-foo"},
		{mapi.Prop{Tag: 0x6FFF001F}, ""},
	} {
		if got := PropName(tt.in); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 999_949: "999.9 kB", 999_950: "1.0 MB", 5e9: "5.0 GB"} {
		if got := Size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// FuzzMeaning gives every decoder anything.
func FuzzMeaning(f *testing.F) {
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		for tag := range decoders {
			if s := Value(mapi.Prop{Tag: tag, Value: b}).Meaning; len(s) > maxMeaning+3 {
				t.Errorf("%s: a meaning of %d bytes", tag, len(s))
			}
		}
		for name := range namedDecoders {
			_ = Value(mapi.Prop{Name: name, Value: b})
		}
		_ = Value(mapi.Prop{Tag: proptag.EntryId, Value: b})
	})
}
