// Package jsonmsg writes messages as JSON and reads them again, without loss:
// every property of every object, with its type and its exact value.
//
// The file is one object:
//
//	{
//	  "format": "oxbridge-message",
//	  "version": 1,
//	  "message": MESSAGE
//	}
//
// and a MESSAGE is
//
//	{
//	  "properties": [PROPERTY, …],
//	  "recipients": [{"properties": [PROPERTY, …]}, …],
//	  "attachments": [{"properties": [PROPERTY, …], "embedded": MESSAGE}, …]
//	}
//
// where what is empty is left out. Lists are in stored order. A PROPERTY is
//
//	{"id": "0x0037", "type": "PtypString", "name": "PidTagSubject", "value": "Hello"}
//	{"set": "00020329-0000-0000-C000-000000000046", "text": "Keywords", "type": …}
//	{"set": "00062008-0000-0000-C000-000000000046", "lid": 34096, "type": …}
//
// name is the canonical name ([MS-OXPROPS]), for people; readers ignore it. The
// types and their values are ([MS-OXCDATA] 2.11.1):
//
//	PtypInteger16, PtypInteger32         number
//	PtypInteger64, PtypCurrency          string, decimal
//	PtypErrorCode                        string, "0x8004010F"
//	PtypBoolean                          true, false
//	PtypFloating32, PtypFloating64,
//	PtypFloatingTime                     number; string "0x…" with the bits of what JSON has no number for
//	PtypTime                             string, RFC 3339 in UTC with up to 7 decimals;
//	                                     decimal ticks of 100 ns since 1601 outside its range
//	PtypString, PtypString8              string
//	PtypGuid                             string
//	PtypBinary, PtypServerId, PtypObject string, base64 in one line
//	PtypNull                             null
//	PtypMultiple…                        list of these
//
// A PtypObject without data is null. Text that is not Unicode is U+FFFD. Bytes
// depend on the message alone: two runs write the same file.
package jsonmsg
