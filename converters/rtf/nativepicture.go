package rtf

import (
	"strconv"

	"github.com/oxbridge-mail/oxbridge/sdk/limits"
)

// wantsPicture reports whether a picture would be taken.
func (w *htmlWriter) wantsPicture() bool {
	return w.opt.Picture != nil && w.pictures < limits.RTFPictures.Int()
}

// picture writes a picture and reports whether it is taken.
func (w *htmlWriter) picture(pic Picture, f charFormat) bool {
	url := w.opt.Picture(pic)
	if url == "" {
		return false
	}
	w.pictures++
	w.beginPara(f)
	w.inline(f)
	if !f.is(chrHidden) {
		w.f.text, w.f.blank = true, false
	}
	w.f.tabbed.widen(int32(min(max(pic.Width, 0), maxLen)) * twipsPerPixel)
	tag := `<img src="` + attributes.Replace(url) + `"`
	if pic.Width > 0 && pic.Height > 0 {
		tag += ` width="` + strconv.Itoa(pic.Width) + `" height="` + strconv.Itoa(pic.Height) + `"`
	}
	w.add(&w.f.inline, tag+` alt="">`)
	return true
}
