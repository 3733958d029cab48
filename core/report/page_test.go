package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oxbridge-mail/oxbridge/sdk/mapi/proptag"
	"github.com/oxbridge-mail/oxbridge/sdk/problem"
)

// list is a Record in memory.
type list []Result

func (l list) Results(_ context.Context, visit func(Result) error) error {
	for _, r := range l {
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

// hostile is what names and texts of messages may hold.
const hostile = `</script><img src=x onerror=alert(1)>&"'` + "\u2028"

func made(n int) list {
	var l list
	for i := range n {
		r := Result{
			Input: fmt.Sprintf("in/%06d.msg", i), OutputName: fmt.Sprintf("%06d.eml", i), State: Converted, Attempts: 1,
			Bytes: int64(i%1000) * 100, OutputBytes: 10, Duration: time.Duration(i%50) * time.Millisecond,
			Finished: time.Unix(1_700_000_000+int64(i/100), 0),
		}
		switch {
		case i%100 == 7:
			r.State, r.Reason, r.OutputName = Failed, "it is broken "+hostile, ""
		case i%10 == 3:
			r.Problems.Add(problem.Problem{Code: "mime.class", Severity: problem.Loss, Object: "attachment 1", Tag: proptag.Subject, Detail: hostile})
		case i%100 == 9:
			r.State, r.Reason, r.Attempts = Skipped, "no message", 0
		}
		l = append(l, r)
	}
	if n > 1 {
		l[1].Input = "in/" + hostile
	}
	return l
}

func TestOverview(t *testing.T) {
	t.Parallel()
	o, err := Look(t.Context(), made(1000))
	if err != nil {
		t.Fatal(err)
	}
	if o.Inputs != 1000 || o.Failed != 10 || o.Skipped != 10 || o.Converted != 980 || o.WithLoss != 100 {
		t.Errorf("%+v", o.Summary)
	}
	if len(o.Codes) != 1 || o.Codes[0].Problems != 100 || len(o.Codes[0].Examples) != 3 || len(o.Failures) != 10 {
		t.Errorf("%+v, %d failures", o.Codes, len(o.Failures))
	}
	if len(o.Slowest) != 10 || o.Slowest[0].Duration != 49*time.Millisecond || o.Slowest[0].Input != "in/000049.msg" || o.Largest[0].Bytes != 99_900 {
		t.Errorf("slowest %+v", o.Slowest)
	}
	sum := 0
	for i := range o.Rate.Converted {
		sum += o.Rate.Converted[i] + o.Rate.Failed[i]
	}
	if sum != 990 || o.Rate.Span != time.Second || len(o.Rate.Converted) != 10 {
		t.Errorf("rate %+v", o.Rate)
	}
}

func TestTimelineStaysSmall(t *testing.T) {
	t.Parallel()
	var tl timeline
	for i := range 100_000 {
		tl.add(time.Unix(int64(i)*7, 0), Converted)
	}
	s := tl.series()
	sum := 0
	for _, n := range s.Converted {
		sum += n
	}
	if len(s.Converted) > maxSpans || sum != 100_000 {
		t.Errorf("%d spans of %v with %d results", len(s.Converted), s.Span, sum)
	}
}

func TestEventsReadBack(t *testing.T) {
	t.Parallel()
	in := made(50)
	in[5].Input, in[5].OutputName = "in/\xff", "\xff.eml"
	in[6].ModTime, in[6].SHA256, in[6].Plugin = time.Unix(1, 2).UTC(), "abc", "eml 1"
	var b bytes.Buffer
	w := NewJSONWriter(&b)
	for _, r := range in {
		if err := w.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Summary(Summary{}); err != nil {
		t.Fatal(err)
	}
	var out list
	if err := Read(&b, func(r Result) error { out = append(out, r); return nil }); err != nil {
		t.Fatal(err)
	}
	for i := range out {
		out[i].Finished = out[i].Finished.Local()
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"message","input":"x","state":"converted","problems":[{"code":"a.b","severity":"loss","tag":"0x0037001F"}]}`))
	f.Fuzz(func(_ *testing.T, in []byte) { _ = Read(bytes.NewReader(in), func(Result) error { return nil }) })
}

func TestCSVIsSafeForSpreadsheets(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := CSV(t.Context(), &b, list{{Input: "=cmd()", State: Failed, Reason: "a \"b\"\r\nc"}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "\r\n'=cmd(),failed,\"a \"\"b\"\"\r\nc\",") {
		t.Errorf("%q", b.String())
	}
}

func TestTextIsPrintable(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	about := About{ID: "r", OutDir: "out", Next: []string{"do this"}, Calls: []Call{{Started: time.Unix(0, 0), State: "finished"}}}
	l := list{{Input: "in/\x1b[31mred", State: Failed, Reason: "x\ny", Attempts: 1}}
	if err := Text(t.Context(), &b, about, l); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.ContainsRune(s, '\x1b') || !strings.Contains(s, "1 inputs: 0 converted, 1 failed") || !strings.Contains(s, "do this") {
		t.Errorf("%q", s)
	}
}

func page(t *testing.T, l list) string {
	t.Helper()
	var b bytes.Buffer
	about := About{ID: "r1", OutDir: "out" + hostile, Facts: [][2]string{{"to", "eml"}}, Next: []string{hostile}}
	if err := HTML(t.Context(), &b, about, l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageEscapesEverything(t *testing.T) {
	t.Parallel()
	p := page(t, made(300))
	if strings.Contains(p, "<img") || strings.Count(p, "</script>") != 2 || strings.Contains(p, "\u2028") && strings.Contains(p[strings.Index(p, `id="data"`):], "\u2028") {
		t.Error("text of messages reaches the page as markup")
	}
	for _, outside := range []string{"http://", "https://", "src=", "@import", "url("} {
		if strings.Contains(strings.ReplaceAll(p, `src=x onerror`, ""), outside) {
			t.Errorf("the page has %q: it must not load anything", outside)
		}
	}
}

// driver works the page as a user would, and writes what it sees to the title.
const driver = `<script>
const seen = [document.getElementById("count").textContent, document.querySelectorAll(".row.body").length];
const look = () => { seen.push(document.getElementById("count").textContent, document.querySelector(".row.body")?.children[0].textContent || "none"); };
const search = document.getElementById("search"), state = document.getElementById("state"), code = document.getElementById("code");
state.value = "2"; state.dispatchEvent(new Event("change")); look();
state.value = ""; code.value = "mime.class"; code.dispatchEvent(new Event("change")); look();
document.querySelectorAll("#head button")[3].click(); look();
code.value = ""; search.value = "000123 MSG"; search.dispatchEvent(new Event("input"));
setTimeout(() => {
  look();
  document.querySelector(".row.body").click();
  seen.push(document.getElementById("detail").textContent.includes("attachment 1"), document.images.length);
  document.title = seen.join("|");
}, 1000);
</script></body>`

// TestPageInABrowser opens the page with 100,000 rows in headless Chromium,
// filters, sorts and searches.
func TestPageInABrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium")
	}
	count := 100_000
	if testing.Short() {
		count = 2_000
	}
	p := strings.Replace(page(t, made(count)), "</body>", driver, 1)
	path := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(p), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=20000", "--dump-dom", "file://"+path)
	out, err := cmd.Output()
	if err != nil {
		t.Skip("chromium does not run here:", err)
	}
	_, rest, _ := strings.Cut(string(out), "<title>")
	got, _, _ := strings.Cut(rest, "</title>")
	parts := strings.Split(got, "|")
	if len(parts) != 12 {
		t.Fatalf("the page says %q", got)
	}
	n := fmt.Sprint(count)
	want := []string{n + " inputs", parts[1], fmt.Sprintf("%d of %d inputs", count/100, count), "in/000007.msg",
		fmt.Sprintf("%d of %d inputs", count/10, count), "in/000003.msg",
		fmt.Sprintf("%d of %d inputs", count/10, count), "in/000043.msg", // the slowest first
		"1 of " + n + " inputs", "in/000123.msg", "true", "0"}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if rows := len(parts[1]); rows > 2 {
		t.Errorf("%s rows are drawn at once", parts[1])
	}
}
