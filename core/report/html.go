package report

import (
	"bufio"
	"context"
	_ "embed" // for the page
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/page.css
var pageCSS string

//go:embed page/page.js
var pageJS string

// dataMark stands in the page where the rows go: they are written one by one,
// so that memory does not grow with the run.
const dataMark = `{"rows":0}`

// HTML writes one page that needs nothing else: the overview, charts, and a
// table of all inputs that can be sorted and searched. Whatever comes from
// messages or names is escaped, and the page's policy forbids it to load or send
// anything.
func HTML(ctx context.Context, w io.Writer, about About, rec Record) error {
	o, err := Look(ctx, rec)
	if err != nil {
		return err
	}
	t, err := template.New("page").Funcs(template.FuncMap{"count": count, "size": Size, "duration": pageDuration}).Parse(pageHTML)
	if err != nil {
		return err
	}
	var page strings.Builder
	err = t.Execute(&page, map[string]any{
		"About": about, "O": o, "Charts": charts(o), "Failures": o.Failures[:min(len(o.Failures), maxPageFailures)], "MoreFailures": o.Failed - maxPageFailures,
		"CSS": template.CSS(pageCSS), "JS": template.JS(pageJS), //nolint:gosec // both are ours
		"Data": json.RawMessage(dataMark),
	})
	if err != nil {
		return err
	}
	before, after, ok := strings.Cut(page.String(), dataMark)
	if !ok {
		return fmt.Errorf("the page has no place for its rows")
	}
	buf := bufio.NewWriterSize(w, 64<<10)
	_, _ = buf.WriteString(before) // Flush says what went wrong
	if err := writeRows(ctx, buf, o, rec); err != nil {
		return err
	}
	_, _ = buf.WriteString(after)
	return buf.Flush()
}

const (
	// maxPageFailures is how many failures stand before the table of all inputs.
	maxPageFailures = 20
	// maxDetail bounds the text of a problem on the page, in bytes.
	maxDetail = 300
	// maxRowProblems is how many problems of a row have their text.
	maxRowProblems = 20
	// maxTexts bounds the texts of problems on the page, in bytes; rows after
	// that have codes alone.
	maxTexts = 16 << 20
)

// writeRows writes the object that page.js reads.
func writeRows(ctx context.Context, w *bufio.Writer, o *Overview, rec Record) error {
	codes := map[string]int{}
	names := []string{}
	for i, c := range o.Codes {
		codes[c.Code] = i
		names = append(names, c.Code)
	}
	list, err := json.Marshal(names) // escapes what would end the script
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `{"codes":%s,"rows":[`, list)
	texts := 0
	first := true
	err = rec.Results(ctx, func(r Result) error {
		row := []any{clip(r.Input), stateNumber(r.State), r.Bytes, math.Round(float64(r.Duration.Microseconds())/100) / 10, clip(r.OutputName), clip(r.Reason), rowProblems(r.Problems, codes, &texts)}
		b, err := json.Marshal(row)
		if err != nil {
			return err
		}
		if !first {
			_ = w.WriteByte(',')
		}
		first = false
		_ = w.WriteByte('\n')
		_, err = w.Write(b)
		return err
	})
	_, _ = w.WriteString("]}")
	return err
}

func stateNumber(s State) int {
	switch s {
	case Converted:
		return 0
	case Skipped:
		return 1
	}
	return 2
}

// rowProblems returns the problems of a row as page.js takes them. What is not
// in codes came into the record after the overview was made.
func rowProblems(list problem.List, codes map[string]int, texts *int) []any {
	out := []any{}
	for i, p := range list {
		n, ok := codes[p.Code]
		switch {
		case !ok:
			continue
		case i >= maxRowProblems || *texts > maxTexts:
			out = append(out, n)
			continue
		}
		where := p.Object
		if p.Part != "" {
			where = strings.TrimPrefix(where+" "+p.Part, " ")
		}
		if p.Tag != 0 {
			where = strings.TrimPrefix(where+" "+p.Tag.String(), " ")
		}
		*texts += len(where) + len(p.Detail)
		out = append(out, []any{n, p.Severity, clip(where), clip(p.Detail)})
	}
	return out
}

// clip bounds a text.
func clip(s string) string {
	if len(s) <= maxDetail {
		return s
	}
	cut := maxDetail
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// count writes a number with spaces between thousands.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func pageDuration(d time.Duration) string { return d.Round(time.Millisecond / 10).String() }
