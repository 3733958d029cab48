package rfc5322

import (
	"strconv"
	"strings"
	"time"
)

// zones are the named zones (RFC 5322 4.3), as hours and minutes.
var zones = map[string]int{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "AST": -400, "ADT": -300, "EST": -500, "EDT": -400,
	"CST": -600, "CDT": -500, "MST": -700, "MDT": -600, "PST": -800, "PDT": -700,
}

const (
	monthNames = "jan feb mar apr may jun jul aug sep oct nov dec"
	dayNames   = "mon tue wed thu fri sat sun"
)

// maxDate bounds a date in bytes.
const maxDate = 1000

// ParseDate reads a date-time (RFC 5322 3.3, 4.3) and what mail holds in its
// place: RFC 850 and asctime forms, month before day, two-digit years, missing
// weekdays, seconds and zones, comments, and any weekday. The result carries
// the zone of the text as a fixed offset, UTC when it has none, an unknown one
// or -0000. ok is false when there is no date or it cannot exist.
//
// What is accepted, and how, is what Python's email.utils does, so that two
// readers of one message agree; beyond that, comments may stand anywhere and a
// leap second is read as second 59.
func ParseDate(s string) (t time.Time, ok bool) {
	if len(s) > maxDate {
		return t, false
	}
	w := dateWords(s)
	if w == nil {
		return t, false
	}
	d := dateParts{day: w[0], month: w[1], year: w[2], clock: w[3], zone: w[4]}
	if !d.reorder() {
		return t, false
	}
	return d.time()
}

// dateWords splits a date into day, month, year, time and zone, the zone ""
// when there is none. It returns nil when words are missing.
func dateWords(s string) []string {
	w := strings.Fields(dropComments(s))
	if len(w) == 0 {
		return nil
	}
	if strings.HasSuffix(w[0], ",") || isName(w[0], dayNames) >= 0 {
		w = w[1:]
	} else if i := strings.LastIndexByte(w[0], ','); i >= 0 {
		w[0] = w[0][i+1:]
	}
	if len(w) == 3 { // RFC 850: 06-Nov-94 08:49:37 GMT
		if d := strings.Split(w[0], "-"); len(d) == 3 {
			w = append(d, w[1:]...)
		}
	}
	if len(w) == 4 {
		i := strings.IndexByte(w[3], '+')
		if i < 0 {
			i = strings.IndexByte(w[3], '-')
		}
		if i > 0 {
			w = []string{w[0], w[1], w[2], w[3][:i], w[3][i:]}
		} else {
			w = append(w, "")
		}
	}
	if len(w) < 5 || w[0] == "" || w[1] == "" || w[2] == "" {
		return nil
	}
	return w[:5]
}

// dropComments removes comments; an unclosed one stays.
func dropComments(s string) string {
	for range 16 {
		i := strings.IndexByte(s, '(')
		if i < 0 {
			break
		}
		_, n := commentAt([]byte(s[i:]))
		if n == 0 {
			break
		}
		s = s[:i] + " " + s[i+n:]
	}
	return s
}

// isName returns the index of s in a list of three-letter names, -1 when it is
// not there.
func isName(s, list string) int {
	if len(s) != 3 || strings.Contains(s, " ") {
		return -1
	}
	i := strings.Index(list, strings.ToLower(s))
	if i < 0 || i%4 != 0 {
		return -1
	}
	return i / 4
}

// monthIndex returns the month from 1 to 12, or 0.
func monthIndex(s string) int {
	if i := isName(s, monthNames); i >= 0 {
		return i + 1
	}
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(s, m.String()) {
			return int(m)
		}
	}
	return 0
}

// dateParts are the words of a date.
type dateParts struct {
	day, month, year, clock, zone string
}

// reorder puts the parts in their places: day and month, year and time, year
// and zone come in either order.
func (d *dateParts) reorder() bool {
	if monthIndex(d.month) == 0 {
		d.day, d.month = d.month, d.day
		if monthIndex(d.month) == 0 {
			return false
		}
	}
	d.day = strings.TrimSuffix(d.day, ",")
	if strings.IndexByte(d.year, ':') > 0 {
		d.year, d.clock = d.clock, d.year
	}
	d.year = strings.TrimSuffix(d.year, ",")
	if d.year == "" {
		return false
	}
	if d.year[0] < '0' || d.year[0] > '9' {
		d.year, d.zone = d.zone, d.year
	}
	d.clock = strings.TrimSuffix(d.clock, ",")
	return true
}

// time converts the parts.
func (d *dateParts) time() (t time.Time, ok bool) {
	hms := strings.Split(d.clock, ":")
	if len(hms) == 1 { // QUIRK: 10.20.30
		hms = strings.Split(d.clock, ".")
	}
	if len(hms) == 2 {
		hms = append(hms, "0")
	}
	if len(hms) != 3 {
		return t, false
	}
	var n [5]int
	for i, s := range []string{d.year, d.day, hms[0], hms[1], hms[2]} {
		v, err := strconv.Atoi(s)
		if err != nil {
			return t, false
		}
		n[i] = v
	}
	year := n[0]
	switch { // RFC 5322 4.3, with the turn of POSIX
	case year < 69:
		year += 2000
	case year < 100:
		year += 1900
	}
	month := monthIndex(d.month)
	if year < 1 || year > 9999 || n[2] < 0 || n[2] > 23 || n[3] < 0 || n[3] > 59 || n[4] < 0 || n[4] > 60 {
		return t, false
	}
	loc, ok := zoneOf(d.zone)
	if !ok {
		return t, false
	}
	t = time.Date(year, time.Month(month), n[1], n[2], n[3], min(n[4], 59), 0, loc)
	return t, n[1] >= 1 && t.Day() == n[1] // no 31 February
}

// zoneOf returns the location of a zone; UTC for an unknown one. ok is false
// when the offset is a day or more.
func zoneOf(s string) (loc *time.Location, ok bool) {
	v, named := zones[strings.ToUpper(s)]
	if !named {
		n, err := strconv.Atoi(s)
		if err != nil {
			return time.UTC, true
		}
		v = n
	}
	if v > 9999 || v < -9999 {
		return nil, false
	}
	seconds := v/100*3600 + v%100*60
	if seconds == 0 {
		return time.UTC, true
	}
	if seconds <= -86400 || seconds >= 86400 {
		return nil, false
	}
	return time.FixedZone("", seconds), true
}
