package report

import (
	"fmt"
	"html/template"
	"strings"
	"time"
)

// A chart is a drawing on the page.
type chart struct {
	Title string
	SVG   template.HTML
}

// Sizes of a drawing, in its own units.
const (
	chartWidth  = 520
	chartHeight = 150
	chartBottom = 24 // for what is written below
	chartTop    = 16 // for what is written above
)

// charts returns the drawings of an overview. All that they hold are numbers and
// words of ours.
func charts(o *Overview) []chart {
	list := []chart{{"Outcomes", outcomes(o)}}
	if len(o.Rate.Converted) > 0 {
		list = append(list, chart{fmt.Sprintf("Messages done, each bar %s", spanText(o.Rate.Span)), rate(o.Rate)})
	}
	return append(list, chart{"Sizes of inputs", sizes(o.Sizes)})
}

func spanText(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%.1f min", d.Minutes())
	}
	return fmt.Sprintf("%.1f h", d.Hours())
}

// svg returns a drawing that says in words what it shows.
func svg(label string, draw func(*strings.Builder)) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, chartWidth, chartHeight, template.HTMLEscapeString(label))
	draw(&b)
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // made of numbers and words of ours
}

func rect(b *strings.Builder, class string, x, y, w, h float64, title string) {
	if w <= 0 || h <= 0 {
		return
	}
	fmt.Fprintf(b, `<rect class="%s" x="%.2f" y="%.2f" width="%.2f" height="%.2f"><title>%s</title></rect>`, class, x, y, w, h, template.HTMLEscapeString(title))
}

func label(b *strings.Builder, x, y float64, anchor, text string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, x, y, anchor, template.HTMLEscapeString(text))
}

// outcomes draws one bar for each state, with its part of the whole.
func outcomes(o *Overview) template.HTML {
	bars := []struct {
		name, class string
		n           int
	}{
		{"converted whole", "good-fill", o.Converted - o.WithLoss},
		{"converted with losses", "warn-fill", o.WithLoss},
		{"failed", "bad-fill", o.Failed},
		{"skipped", "idle-fill", o.Skipped},
	}
	total := max(1, o.Inputs)
	text := fmt.Sprintf("%d converted, %d with losses, %d failed, %d skipped", o.Converted, o.WithLoss, o.Failed, o.Skipped)
	return svg(text, func(b *strings.Builder) {
		for i, bar := range bars {
			y := 8 + float64(i)*35
			width := float64(bar.n) / float64(total) * (chartWidth - 250)
			label(b, 130, y+15, "end", bar.name)
			rect(b, bar.class, 140, y, max(width, min(float64(bar.n), 1.5)), 22, bar.name)
			label(b, 148+width, y+15, "start", fmt.Sprintf("%s (%.1f %%)", count(bar.n), 100*float64(bar.n)/float64(total)))
		}
	})
}

// rate draws inputs done over time.
func rate(s Series) template.HTML {
	most := 1
	for i := range s.Converted {
		most = max(most, s.Converted[i]+s.Failed[i])
	}
	end := s.Start.Add(time.Duration(len(s.Converted)) * s.Span)
	text := fmt.Sprintf("between %s and %s, at most %d in one span", s.Start.Format(time.DateTime), end.Format(time.DateTime), most)
	return svg(text, func(b *strings.Builder) {
		base := float64(chartHeight - chartBottom)
		step := float64(chartWidth) / float64(len(s.Converted))
		for i := range s.Converted {
			x := float64(i) * step
			ok := float64(s.Converted[i]) / float64(most) * (base - chartTop)
			bad := float64(s.Failed[i]) / float64(most) * (base - chartTop)
			title := fmt.Sprintf("%s: %d done, %d failed", s.Start.Add(time.Duration(i)*s.Span).Format(time.TimeOnly), s.Converted[i]+s.Failed[i], s.Failed[i])
			rect(b, "good-fill", x, base-ok, step*0.9, ok, title)
			rect(b, "bad-fill", x, base-ok-bad, step*0.9, bad, title)
		}
		fmt.Fprintf(b, `<line class="axis" x1="0" x2="%d" y1="%.0f" y2="%.0f"/>`, chartWidth, base, base)
		label(b, 0, 11, "start", "at most "+count(most)+fmt.Sprintf(" (%.0f/s)", float64(most)/s.Span.Seconds()))
		label(b, 0, base+16, "start", s.Start.Format(time.DateTime))
		label(b, chartWidth, base+16, "end", end.Format(time.DateTime))
	})
}

// sizes draws how many inputs there are of each size.
func sizes(buckets []Bucket) template.HTML {
	most := 1
	for _, s := range buckets {
		most = max(most, s.Count)
	}
	return svg("inputs by size", func(b *strings.Builder) {
		base := float64(chartHeight - chartBottom)
		step := float64(chartWidth) / float64(len(buckets))
		for i, s := range buckets {
			x := float64(i) * step
			h := float64(s.Count) / float64(most) * (base - chartTop)
			name := "more"
			if s.Below > 0 {
				name = "<" + binarySize(s.Below)
			}
			rect(b, "accent-fill", x+2, base-h, step-4, h, fmt.Sprintf("%s: %d", name, s.Count))
			label(b, x+step/2, base+16, "middle", name)
			if s.Count > 0 {
				label(b, x+step/2, base-h-4, "middle", count(s.Count))
			}
		}
		fmt.Fprintf(b, `<line class="axis" x1="0" x2="%d" y1="%.0f" y2="%.0f"/>`, chartWidth, base, base)
	})
}

// binarySize returns a power of two as people write it.
func binarySize(n int64) string {
	for _, u := range []struct {
		unit string
		size int64
	}{{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}} {
		if n >= u.size {
			return fmt.Sprintf("%d%s", n/u.size, u.unit)
		}
	}
	return fmt.Sprint(n)
}
