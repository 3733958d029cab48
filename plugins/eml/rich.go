package eml

import "github.com/oxbridge-mail/oxbridge/converters/rtf"

// Rich returns what a body in RTF holds: HTML, or text when it encapsulates
// text. native says that the HTML is made of RTF in its own right. It is for
// programs that look into messages; the RTF may be hostile.
func Rich(data []byte) (html, text string, native bool, err error) {
	switch rtf.Detect(data) {
	case rtf.KindHTML:
		html, _, err = rtf.HTML(data)
	case rtf.KindText:
		text, _, err = rtf.Text(data)
	default:
		native = true
		html, _, err = rtf.NativeHTML(data, rtf.NativeOptions{})
	}
	return html, text, native, err
}
