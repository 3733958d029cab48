package rtf

import sdklook "github.com/oxbridge-mail/oxbridge/sdk/look" // this package has a type look

// Rich is a [sdklook.RichText]. The error is that of the RTF.
func Rich(rtf []byte) (r sdklook.Rich, err error) {
	switch Detect(rtf) {
	case KindHTML:
		r.HTML, _, err = HTML(rtf)
	case KindText:
		r.Text, _, err = Text(rtf)
	default:
		r.Native = true
		r.HTML, _, err = NativeHTML(rtf, NativeOptions{})
	}
	return r, err
}
