package session

import (
	"fmt"
	"slices"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
)

var saveRows = []row{
	{"SaveChanges", "a message", mapi.OK, func(f *fixture) mapi.Code { return code(f.m.SaveChanges()) }},
	{"SaveChanges", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return code(f.ro.SaveChanges(KeepOpenReadWrite)) }},
	{"SaveChanges", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return code(f.m.SaveChanges(0x80)) }},
	{"SaveChanges", "both KEEP_OPEN flags", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.SaveChanges(KeepOpenReadOnly | KeepOpenReadWrite))
	}},
	{"SaveChanges", "KEEP_OPEN_READONLY, then a change", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		if err := f.m.SaveChanges(KeepOpenReadOnly); err != nil {
			return codeOf(err)
		}
		return problem1(f.m.SetProps(one(subject, "x")))
	}},
	{"SaveChanges", "KEEP_OPEN_READWRITE, then a change", mapi.OK, func(f *fixture) mapi.Code {
		if err := f.m.SaveChanges(KeepOpenReadWrite); err != nil {
			return codeOf(err)
		}
		return problem1(f.m.SetProps(one(subject, "x")))
	}},
	{"SaveChanges", "an attachment that was deleted", mapi.ErrObjectDeleted, func(f *fixture) mapi.Code {
		_ = f.m.DeleteAttach(0)
		return code(f.a.SaveChanges(ForceSave))
	}},
	{"SaveChanges", "a read-only attachment", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return code(f.roA.SaveChanges()) }},
}

var messageRows = []row{
	{"OpenAttach", "read-only by default", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		f.a.Release()
		return problem1(must(f.m.OpenAttach(0, 0)).SetProps(one(subject, "x")))
	}},
	{"OpenAttach", "MAPI_BEST_ACCESS on a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		return problem1(f.roA.SetProps(one(subject, "x")))
	}},
	{"OpenAttach", "MAPI_MODIFY on a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code {
		f.roA.Release()
		return result(f.ro.OpenAttach(0, Modify))
	}},
	{"OpenAttach", "no such number", mapi.ErrNotFound, func(f *fixture) mapi.Code { return result(f.m.OpenAttach(5, 0)) }},
	{"OpenAttach", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return result(f.m.OpenAttach(0, 0x100)) }},
	{"OpenAttach", "once more: the access of the first open", mapi.OK, func(f *fixture) mapi.Code {
		again := must(f.m.OpenAttach(0, 0))
		return cmpCode(problem1(again.SetProps(one(subject, "x"))), again == f.a)
	}},
	{"OpenAttach", "PR_ACCESS_LEVEL tells", mapi.OK, func(f *fixture) mapi.Code {
		props, _, err := f.roA.GetProps(tags(proptag.AccessLevel), 0)
		return cmpCode(code(err), props[0].Value == int32(0))
	}},
	{"CreateAttach", "PR_ATTACH_METHOD is 0", mapi.OK, func(f *fixture) mapi.Code {
		a := must(f.m.CreateAttach(0))
		props, _, err := a.GetProps(tags(proptag.AttachMethod), 0)
		return cmpCode(code(err), props[0].Value == int32(0) && a.Number() == 1)
	}},
	{"CreateAttach", "not saved: nothing comes of it", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		n := must(f.m.CreateAttach(0)).Number()
		return result(f.m.OpenAttach(n, 0))
	}},
	{"CreateAttach", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return result(f.ro.CreateAttach(0)) }},
	{"DeleteAttach", "an attachment", mapi.OK, func(f *fixture) mapi.Code { return code(f.m.DeleteAttach(0)) }},
	{"DeleteAttach", "no such number", mapi.ErrNotFound, func(f *fixture) mapi.Code { return code(f.m.DeleteAttach(5)) }},
	{"DeleteAttach", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return code(f.ro.DeleteAttach(0)) }},
	{"GetAttachmentTable", "a row after both have been saved", mapi.OK, func(f *fixture) mapi.Code {
		a, table := must(f.m.CreateAttach(0)), must(f.m.GetAttachmentTable(0))
		counts := []int{must(table.GetRowCount())}
		for _, save := range []func(...SaveFlags) error{a.SaveChanges, f.m.SaveChanges} {
			if err := save(); err != nil {
				return codeOf(err)
			}
			counts = append(counts, must(table.GetRowCount()))
		}
		return expect(slices.Equal(counts, []int{1, 1, 2}))
	}},
	{"GetAttachmentTable", "the columns it must have", mapi.OK, func(f *fixture) mapi.Code {
		columns := must(must(f.m.GetAttachmentTable(Unicode)).QueryColumns(false))
		return expect(slices.Equal(columns[:4], tags(proptag.AttachNumber, proptag.InstanceKey, proptag.RecordKey, proptag.RenderingPosition)))
	}},
	{"GetAttachmentTable", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return result(f.m.GetAttachmentTable(2)) }},
	{"GetRecipientTable", "the columns it must have", mapi.OK, func(f *fixture) mapi.Code {
		columns := must(must(f.m.GetRecipientTable(Unicode)).QueryColumns(false))
		return expect(slices.Equal(columns[:3], tags(proptag.DisplayName, proptag.RecipientType, proptag.Rowid)))
	}},
	{"ModifyRecipients", "0 replaces the list", mapi.OK, func(f *fixture) mapi.Code {
		return cmpCode(code(f.m.ModifyRecipients(0, rows("Eve"))), names(f.m) == "[Eve]")
	}},
	{"ModifyRecipients", "MODRECIP_ADD", mapi.OK, func(f *fixture) mapi.Code {
		return cmpCode(code(f.m.ModifyRecipients(AddRecipients, rows("Eve"))), names(f.m) == "[Ann Bob Eve]")
	}},
	{"ModifyRecipients", "MODRECIP_MODIFY", mapi.OK, func(f *fixture) mapi.Code {
		return cmpCode(code(f.m.ModifyRecipients(ModifyRecipients, withRow(rows("Eve"), 0))), names(f.m) == "[Eve Bob]")
	}},
	{"ModifyRecipients", "MODRECIP_REMOVE", mapi.OK, func(f *fixture) mapi.Code {
		return cmpCode(code(f.m.ModifyRecipients(RemoveRecipients, withRow(rows(""), 0))), names(f.m) == "[Bob]")
	}},
	{"ModifyRecipients", "MODRECIP_MODIFY without PR_ROWID", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.ModifyRecipients(ModifyRecipients, rows("Eve")))
	}},
	{"ModifyRecipients", "MODRECIP_ADD with PR_ROWID", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.ModifyRecipients(AddRecipients, withRow(rows("Eve"), 7)))
	}},
	{"ModifyRecipients", "MODRECIP_REMOVE of a row that is not there", mapi.ErrNotFound, func(f *fixture) mapi.Code {
		return code(f.m.ModifyRecipients(RemoveRecipients, withRow(rows("Eve"), 7)))
	}},
	{"ModifyRecipients", "one bad row: none is taken", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		err := f.m.ModifyRecipients(AddRecipients, append(rows("Eve"), withRow(rows("Joe"), 7)...))
		return cmpCode(code(err), names(f.m) == "[Ann Bob]")
	}},
	{"ModifyRecipients", "PT_NULL", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.ModifyRecipients(0, []mapi.Props{{{Tag: subject.WithType(mapi.PtypNull)}}}))
	}},
	{"ModifyRecipients", "PT_ERROR is ignored", mapi.OK, func(f *fixture) mapi.Code {
		list := rows("Eve")
		list[0] = append(list[0], mapi.Prop{Tag: subject.WithType(mapi.PtypErrorCode), Value: mapi.ErrNotFound})
		return code(f.m.ModifyRecipients(0, list))
	}},
	{"ModifyRecipients", "two flags", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.ModifyRecipients(AddRecipients|RemoveRecipients, rows("Eve")))
	}},
	{"ModifyRecipients", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return code(f.m.ModifyRecipients(0x40, nil)) }},
	{"ModifyRecipients", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return code(f.ro.ModifyRecipients(0, nil)) }},
	{"SubmitMessage", "always", mapi.ErrNoSupport, func(f *fixture) mapi.Code { return code(f.m.SubmitMessage(0)) }},
	{"SetReadFlag", "0", mapi.OK, func(f *fixture) mapi.Code { return cmpCode(code(f.m.SetReadFlag(0)), flagsOf(f.m) == 1) }},
	{"SetReadFlag", "SUPPRESS_RECEIPT", mapi.OK, func(f *fixture) mapi.Code {
		return cmpCode(code(f.m.SetReadFlag(SuppressReceipt)), flagsOf(f.m) == 1)
	}},
	{"SetReadFlag", "CLEAR_READ_FLAG", mapi.OK, func(f *fixture) mapi.Code {
		_ = f.m.SetReadFlag(0)
		return cmpCode(code(f.m.SetReadFlag(ClearReadFlag)), flagsOf(f.m) == 0)
	}},
	{"SetReadFlag", "GENERATE_RECEIPT_ONLY", mapi.OK, func(f *fixture) mapi.Code {
		return cmpCode(code(f.m.SetReadFlag(GenerateReceiptOnly)), flagsOf(f.m) == 0)
	}},
	{"SetReadFlag", "SUPPRESS_RECEIPT | CLEAR_READ_FLAG", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.SetReadFlag(SuppressReceipt | ClearReadFlag))
	}},
	{"SetReadFlag", "SUPPRESS_RECEIPT | CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.SetReadFlag(SuppressReceipt | ClearReadFlag | GenerateReceiptOnly))
	}},
	{"SetReadFlag", "CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return code(f.m.SetReadFlag(ClearReadFlag | GenerateReceiptOnly))
	}},
	{"SetReadFlag", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return code(f.m.SetReadFlag(0x1000)) }},
	{"SetReadFlag", "a read-only message", mapi.ErrNoAccess, func(f *fixture) mapi.Code { return code(f.ro.SetReadFlag(0)) }},
}

// rows are recipients as ModifyRecipients takes them.
func rows(displayNames ...string) (list []mapi.Props) {
	for _, n := range displayNames {
		list = append(list, mapi.Props{{Tag: proptag.DisplayName, Value: n}, {Tag: proptag.RecipientType, Value: mapi.RecipientTo}})
	}
	return list
}

// withRow gives the only recipient of a list a row id.
func withRow(list []mapi.Props, row int32) []mapi.Props {
	list[0].Set(proptag.Rowid, row)
	return list
}

// names are the display names of the recipients.
func names(m *Message) string {
	var list []string
	for _, r := range must(m.Snapshot()).Recipients {
		list = append(list, r.String(proptag.DisplayName))
	}
	return fmt.Sprint(list)
}

func flagsOf(m *Message) int32 {
	n, _ := must(m.Snapshot()).Props.Int32(proptag.MessageFlags)
	return n
}

var tableRows = []row{
	{"SetColumns", "a column", mapi.OK, func(f *fixture) mapi.Code { return code(recipients(f).SetColumns(tags(subject))) }},
	{"SetColumns", "none", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return code(recipients(f).SetColumns(nil)) }},
	{"QueryColumns", "TBL_ALL_COLUMNS", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		_ = t.SetColumns(tags(proptag.Rowid))
		return expect(len(must(t.QueryColumns(false))) == 1 && len(must(t.QueryColumns(true))) == 3)
	}},
	{"GetRowCount", "two rows", mapi.OK, func(f *fixture) mapi.Code { return expect(must(recipients(f).GetRowCount()) == 2) }},
	{"QueryRows", "none asked", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return result(recipients(f).QueryRows(0, 0)) }},
	{"QueryRows", "another flag", mapi.ErrUnknownFlags, func(f *fixture) mapi.Code { return result(recipients(f).QueryRows(1, 0x40)) }},
	{"QueryRows", "on and on", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		return expect(first(t, 1, 0) == "[Ann]" && first(t, 5, 0) == "[Bob]" && first(t, 1, 0) == "[]")
	}},
	{"QueryRows", "TBL_NOADVANCE", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		return expect(first(t, 1, NoAdvance) == "[Ann]" && first(t, 1, 0) == "[Ann]")
	}},
	{"QueryRows", "backward", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		_ = first(t, 2, 0)
		return expect(first(t, -1, 0) == "[Bob]" && first(t, -5, 0) == "[Ann]" && first(t, 1, 0) == "[Ann]")
	}},
	{"SeekRow", "as far as there are rows", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		return expect(must(t.SeekRow(Beginning, 9)) == 2 && must(t.SeekRow(Current, -1)) == -1 && first(t, 1, 0) == "[Bob]" && must(t.SeekRow(End, 1)) == 0)
	}},
	{"SeekRow", "another bookmark", mapi.ErrInvalidBookmark, func(f *fixture) mapi.Code { return result(recipients(f).SeekRow(7, 0)) }},
	{"CreateBookmark", "stays with its row", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		_ = must(t.SeekRow(Beginning, 1))
		b := must(t.CreateBookmark())
		if err := f.m.ModifyRecipients(RemoveRecipients, withRow(rows(""), 0)); err != nil {
			return codeOf(err)
		}
		return expect(must(t.SeekRow(b, 0)) == 0 && first(t, 1, 0) == "[Bob]" && must(t.SeekRow(b, 5)) == 1)
	}},
	{"CreateBookmark", "the end stays the end", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		_ = must(t.SeekRow(End, 0))
		b := must(t.CreateBookmark())
		return cmpCode(code(f.m.ModifyRecipients(AddRecipients, rows("Eve"))), must(t.SeekRow(b, -1)) == -1 && first(t, 1, 0) == "[Eve]")
	}},
	{"CreateBookmark", "the row is gone", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		b := must(t.CreateBookmark())
		err := f.m.ModifyRecipients(RemoveRecipients, withRow(rows(""), 0))
		return cmpCode(code(err), must(t.SeekRow(b, 0)) == 0 && first(t, 1, 0) == "[Bob]")
	}},
	{"CreateBookmark", "FindRow from it", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		_ = must(t.SeekRow(Beginning, 1))
		b := must(t.CreateBookmark())
		return cmpCode(code(t.FindRow(named("ann"), b, true)), first(t, 1, 0) == "[Ann]")
	}},
	{"CreateBookmark", "SortTable frees it", mapi.ErrInvalidBookmark, func(f *fixture) mapi.Code {
		t := recipients(f)
		b := must(t.CreateBookmark())
		_ = t.SortTable(nil)
		return result(t.SeekRow(b, 0))
	}},
	{"FreeBookmark", "a bookmark, then seek", mapi.ErrInvalidBookmark, func(f *fixture) mapi.Code {
		t := recipients(f)
		b := must(t.CreateBookmark())
		if err := t.FreeBookmark(b); err != nil {
			return codeOf(err)
		}
		return result(t.SeekRow(b, 0))
	}},
	{"FreeBookmark", "one that every table has", mapi.ErrInvalidBookmark, func(f *fixture) mapi.Code {
		return code(recipients(f).FreeBookmark(End))
	}},
	{"FindRow", "a row", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		return cmpCode(code(t.FindRow(named("bob"), Beginning, false)), first(t, 1, 0) == "[Bob]")
	}},
	{"FindRow", "backward", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		return cmpCode(code(t.FindRow(named("ann"), End, true)), first(t, 1, 0) == "[Ann]")
	}},
	{"FindRow", "no row", mapi.ErrNotFound, func(f *fixture) mapi.Code { return code(recipients(f).FindRow(named("eve"), Beginning, false)) }},
	{"FindRow", "no restriction", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code { return code(recipients(f).FindRow(nil, Beginning, false)) }},
	{"Restrict", "RES_PROPERTY", mapi.OK, func(f *fixture) mapi.Code { return left(f, named("Bob"), "[Bob]") }},
	{"Restrict", "RES_PROPERTY, RELOP_LT", mapi.OK, func(f *fixture) mapi.Code {
		return left(f, RestrictProperty{Less, proptag.Rowid, int32(1)}, "[Ann]")
	}},
	{"Restrict", "RES_CONTENT, a prefix in any case", mapi.OK, func(f *fixture) mapi.Code {
		return left(f, RestrictContent{Prefix | IgnoreCase, proptag.DisplayName, "AN"}, "[Ann]")
	}},
	{"Restrict", "RES_CONTENT, a part", mapi.OK, func(f *fixture) mapi.Code {
		return left(f, RestrictContent{Substring, proptag.DisplayName, "o"}, "[Bob]")
	}},
	{"Restrict", "RES_CONTENT, the whole", mapi.OK, func(f *fixture) mapi.Code {
		return left(f, RestrictContent{FullString, proptag.DisplayName, "Bo"}, "[]")
	}},
	{"Restrict", "RES_EXIST", mapi.OK, func(f *fixture) mapi.Code { return left(f, RestrictExist{absent}, "[]") }},
	{"Restrict", "RES_BITMASK", mapi.OK, func(f *fixture) mapi.Code { return left(f, RestrictBitmask{Tag: proptag.Rowid, Mask: 1}, "[Bob]") }},
	{"Restrict", "RES_SIZE", mapi.OK, func(f *fixture) mapi.Code { return left(f, RestrictSize{Equal, proptag.Rowid, 4}, "[Ann Bob]") }},
	{"Restrict", "RES_AND, RES_OR, RES_NOT", mapi.OK, func(f *fixture) mapi.Code {
		return left(f, RestrictAnd{RestrictOr{named("Ann"), named("Bob")}, RestrictNot{named("Ann")}}, "[Bob]")
	}},
	{"Restrict", "nil: all rows", mapi.OK, func(f *fixture) mapi.Code { return left(f, nil, "[Ann Bob]") }},
	{"Restrict", "RES_COMPAREPROPS", mapi.ErrTooComplex, func(f *fixture) mapi.Code { return left(f, RestrictCompare{}, "") }},
	{"Restrict", "RES_SUBRESTRICTION in RES_AND", mapi.ErrTooComplex, func(f *fixture) mapi.Code { return left(f, RestrictAnd{RestrictSub{}}, "") }},
	{"Restrict", "a regular expression", mapi.ErrTooComplex, func(f *fixture) mapi.Code {
		return left(f, RestrictProperty{RegularExpression, proptag.DisplayName, "."}, "")
	}},
	{"Restrict", "a value of another type", mapi.ErrInvalidParameter, func(f *fixture) mapi.Code {
		return left(f, RestrictProperty{Equal, proptag.DisplayName, int32(1)}, "")
	}},
	{"SortTable", "descending", mapi.OK, func(f *fixture) mapi.Code {
		t := recipients(f)
		return cmpCode(code(t.SortTable([]SortOrder{{proptag.DisplayName, true}})), first(t, 2, 0) == "[Bob Ann]")
	}},
	{"SortTable", "a column of several values", mapi.ErrTooComplex, func(f *fixture) mapi.Code {
		return code(recipients(f).SortTable([]SortOrder{{Tag: subject.WithType(mapi.PtypMultipleString)}}))
	}},
}

func recipients(f *fixture) *Table { return must(f.m.GetRecipientTable(Unicode)) }

func named(s string) Restriction { return RestrictProperty{Equal, proptag.DisplayName, s} }

// first returns the display names in the next rows.
func first(t *Table, n int, flags QueryFlags) string {
	list := []string{}
	for _, r := range must(t.QueryRows(n, flags)) {
		list = append(list, r.String(proptag.DisplayName))
	}
	return fmt.Sprint(list)
}

// left returns S_OK when a restriction leaves the names that are wanted.
func left(f *fixture, r Restriction, want string) mapi.Code {
	t := recipients(f)
	if err := t.Restrict(r); err != nil {
		return codeOf(err)
	}
	return expect(first(t, 9, 0) == want)
}
