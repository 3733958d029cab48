package mime

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/converters/rfc5322"
	"github.com/oxbridge-mail/oxbridge/sdk/limits"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi"
)

// typeOf returns the property type of a value that readHeader makes.
func typeOf(v mapi.Value) mapi.Type {
	switch v.(type) {
	case []string:
		return mapi.PtypMultipleString
	case bool:
		return mapi.PtypBoolean
	case int32:
		return mapi.PtypInteger32
	}
	return mapi.PtypString
}

// withinText returns how many of the values may be kept.
func withinText(values []string) int {
	size := 0
	for i, s := range values {
		if size += len(s); size > limits.MIMEText.Int() || i >= limits.MIMEValues.Int() {
			return i
		}
	}
	return len(values)
}

// readHeader converts the body of a field to the value of its property.
func readHeader(rule *headerRule, raw []byte) (v mapi.Value, ok bool) {
	switch rule.kind {
	case kindText:
		return bounded(rfc5322.DecodeText(raw)), true
	case kindRaw:
		s := rawText(raw)
		return bounded(s), s != ""
	case kindIDs:
		s := identifiers(rawText(raw))
		return bounded(s), s != ""
	case kindTime:
		t, ok := rfc5322.ParseDate(string(raw))
		return mapi.NewFiletime(t), ok
	case kindWord:
		return readWord(rule.words, rfc5322.DecodeText(raw))
	case kindNumber:
		n, err := strconv.ParseInt(string(raw), 10, 32)
		return int32(n), err == nil
	case kindTrue:
		return true, strings.EqualFold(string(raw), "true")
	case kindBase64:
		b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(string(raw)), ""), "="))
		return b, err == nil && len(b) > 0
	case kindFlags:
		return readFlags(rule.words, string(raw))
	case kindList:
		return readList(rfc5322.DecodeText(raw)), true
	case kindLanguage:
		return readLanguage(string(raw))
	}
	return nil, false
}

// bounded cuts s to maxText bytes, between characters.
func bounded(s string) string {
	if len(s) <= limits.MIMEText.Int() {
		return s
	}
	n := limits.MIMEText.Int()
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// rawText converts a structured field body to UTF-8 and leaves its syntax
// alone.
func rawText(raw []byte) string {
	s, _, _ := charset.Decode("", raw)
	return strings.TrimSpace(strings.ReplaceAll(s, "\t", " "))
}

// identifiers returns a list of message identifiers without the text around
// them (RFC 5322 3.6.4); what has none in brackets, as it is.
//
// QUIRK: mail programs say in In-Reply-To whose message it is, in words.
func identifiers(s string) string {
	var list []string
	for rest := s; ; {
		_, after, ok := strings.Cut(rest, "<")
		id, after, closed := strings.Cut(after, ">")
		if !ok || !closed {
			break
		}
		if i := strings.LastIndexByte(id, '<'); i >= 0 {
			id = id[i+1:]
		}
		list = append(list, "<"+id+">")
		rest = after
	}
	if len(list) == 0 {
		return s
	}
	return strings.Join(list, " ")
}

// neutralWords are the words of fields for the value that is not written.
var neutralWords = map[string]bool{"normal": true, "none": true, "medium": true}

// readWord returns the value of a word; a leading one counts, so that
// "1 (Highest)" is 1. The value without a word is the normal one.
func readWord(words []headerWord, text string) (mapi.Value, bool) {
	word := strings.ToLower(strings.TrimSpace(text))
	if i := strings.IndexAny(word, " ;,("); i > 0 {
		word = word[:i]
	}
	normal, hasNormal := int32(0), false
	for _, w := range words {
		if w.text == "" {
			normal, hasNormal = w.value, true
		} else if strings.EqualFold(w.text, word) {
			return w.value, true
		}
	}
	return normal, hasNormal && (neutralWords[word] || word == "3")
}

// readFlags joins the bits named ([MS-OXCMAIL] 2.2.3.2.14).
func readFlags(words []headerWord, text string) (mapi.Value, bool) {
	var flags int32
	for _, word := range strings.Split(text, ",") {
		word = strings.TrimSpace(word)
		switch {
		case strings.EqualFold(word, "All"):
			return int32(-1), true
		case word == "" || strings.EqualFold(word, "None"):
			continue
		}
		if n, err := strconv.ParseUint(word, 10, 32); err == nil {
			flags |= int32(uint32(n))
			continue
		}
		known := false
		for _, w := range words {
			if strings.EqualFold(w.text, word) {
				flags, known = flags|w.value, true
			}
		}
		if !known {
			return nil, false
		}
	}
	return flags, true
}

// readList splits a list of keywords.
func readList(text string) []string {
	var list []string
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
		if s = strings.TrimSpace(s); s != "" {
			list = append(list, bounded(s))
		}
	}
	return list
}

// languageNames are tags, in lower case, that are not found by their own.
var languageNames = map[string]string{
	"zh": "zh-CN", "zh-hans": "zh-CN", "zh-hant": "zh-TW", "es": "es-ES", "no": "nb-NO", "iw": "he-IL", "in": "id-ID",
}

// readLanguage returns the locale of the first language of a list that has one
// ([MS-OXCMAIL] 2.2.3.2.11).
func readLanguage(list string) (mapi.Value, bool) {
	for _, tag := range strings.SplitN(list, ",", 16) {
		tag, _, _ = strings.Cut(tag, ";")
		tag = strings.TrimSpace(tag)
		if name, ok := languageNames[strings.ToLower(tag)]; ok {
			tag = name
		}
		if lcid := locale(tag); tag != "" && lcid != 0 {
			return int32(lcid), true
		}
	}
	return nil, false
}
