package mime

import (
	"bytes"
	"fmt"
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/oxbridge-mail/oxbridge/converters/charset"
	"github.com/oxbridge-mail/oxbridge/sdk/mapi/codepage"
)

// shownImages are the types of images that a body of several parts shows
// ([MS-OXCMAIL] 2.2.3.3.2.2).
var shownImages = map[string]bool{
	"image/jpeg": true, "image/jpg": true, "image/pjpeg": true, "image/gif": true, "image/bmp": true, "image/png": true, "image/x-png": true,
}

// joinSeries makes one document of an HTML body that stands in several parts of
// a multipart/mixed, and of the images between them ([MS-OXCMAIL] 2.2.3.3.2.2).
//
// QUIRK: Apple Mail cuts its document where a file stands in it. Two documents
// that nothing stands between are none of that: the second one was added by
// somebody on the way, and stays a file.
func (b *builder) joinSeries(htmls []candidate) {
	series := b.series(htmls)
	if len(series) == 0 {
		return
	}
	doc, _ := charset.RelabelHTML(b.bodies.text(), nil)
	joined := []byte(doc)
	end := bytes.LastIndex(bytes.ToLower(joined), []byte("</body"))
	if end < 0 {
		end = len(joined)
	}
	tail := bytes.Clone(joined[end:])
	joined = joined[:end]
	for _, p := range series {
		if shownImages[p.mediatype] {
			joined = append(joined, b.imageElement(p)...)
			continue
		}
		p.used = true
		label := p.params["charset"]
		raw := p.text()
		if label == "" {
			label = charset.FromHTML(raw)
		}
		text, _ := b.decode(p, label, raw)
		joined = append(joined, "<div>"...)
		joined = appendContent(joined, []byte(text))
		joined = append(joined, "</div>"...)
	}
	b.setHTML(append(joined, tail...), codepage.UTF8)
}

// series returns the parts that go on with the first HTML document: others in
// its multipart/mixed, and images between them; nil if there are none.
func (b *builder) series(htmls []candidate) []*entity {
	first := htmls[0]
	if first.parent == nil || first.parent.mediatype != "multipart/mixed" {
		return nil
	}
	isCandidate := make(map[*entity]bool, len(htmls))
	for _, c := range htmls {
		isCandidate[c.entity] = true
	}
	var list []*entity
	whole, size := 0, int64(len(b.bodies.html)) // of list, up to the last document
	at := slices.Index(first.parent.parts, first.entity)
	apart := false
	for _, p := range first.parent.parts[at+1:] {
		switch {
		case isCandidate[p] && !apart:
			return list[:whole]
		case isCandidate[p]:
			if size += p.size(); size > b.r.opt.MaxBody {
				return list[:whole]
			}
			list = append(list, p)
			whole, apart = len(list), false
			continue
		case shownImages[p.mediatype] && p.disposition != "attachment":
			list = append(list, p)
		}
		apart = true
	}
	return list[:whole]
}

// imageElement returns the element that shows an image, nothing if the body
// shows it anyway.
func (b *builder) imageElement(p *entity) string {
	id := p.contentID()
	if id != "" && b.references()[id] {
		return ""
	}
	if id == "" {
		p.madeUpID = fmt.Sprintf("part%d.%x@oxbridge.invalid", p.start, b.searchKey()[:4])
		id = p.madeUpID
	}
	b.references()[id] = true
	return `<img src="cid:` + html.EscapeString(id) + `">`
}

// appendContent appends what stands in the body of an HTML document, and its
// style sheets.
func appendContent(out, doc []byte) []byte {
	z := html.NewTokenizer(bytes.NewReader(doc))
	inTitle := false
	for {
		kind := z.Next()
		raw := z.Raw()
		switch kind {
		case html.ErrorToken:
			return append(out, raw...)
		case html.DoctypeToken:
			continue
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw = bytes.Clone(raw)
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Html, atom.Head, atom.Body, atom.Meta, atom.Base:
				continue
			case atom.Title:
				inTitle = kind == html.StartTagToken
				continue
			}
		}
		if !inTitle {
			out = append(out, raw...)
		}
	}
}
