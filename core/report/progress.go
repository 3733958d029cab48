package report

import "time"

// A Progress says how far a run is.
type Progress struct {
	Elapsed time.Duration // since the first message was taken in hand, or the plan was made
	Total   int           // inputs planned; those found so far while the plan is not complete
	Before  int           // inputs that were done before, which Total leaves out
	Work
	// Left is an estimate of the time to the end, 0 while there is none.
	Left time.Duration
	// Plugins have what each plugin did, in the order in which they came into play.
	Plugins []PluginProgress
}

// A PluginProgress is the part of one plugin in a Progress.
type PluginProgress struct {
	Plugin string // with its version; "" for what the host does by itself
	Work
}

// Work is what a run, or a plugin in it, has done and has in hand.
type Work struct {
	Done     int   // failures included; of a run also what was skipped
	Failed   int   // of them
	Problems int   // in them
	Bytes    int64 // of their inputs
	InHand   int
	// PerSecond is the average rate of Done.
	PerSecond float64
	// Slowest is the input that has been in hand for the longest time, SlowestFor;
	// "" when none is.
	Slowest    string
	SlowestFor time.Duration
}

type jsonWork struct {
	Done      int       `json:"done"`
	Failed    int       `json:"failed"`
	Problems  int       `json:"problems"`
	Bytes     int64     `json:"bytes"`
	InHand    int       `json:"in_hand"`
	PerSecond float64   `json:"per_second"`
	Slowest   *jsonSlow `json:"slowest,omitempty"`
}

type jsonSlow struct {
	Input   string  `json:"input"`
	Seconds float64 `json:"seconds"`
}

type jsonPlugin struct {
	Plugin string `json:"plugin"`
	jsonWork
}

func (w Work) event() jsonWork {
	j := jsonWork{w.Done, w.Failed, w.Problems, w.Bytes, w.InHand, w.PerSecond, nil}
	if w.Slowest != "" {
		j.Slowest = &jsonSlow{w.Slowest, w.SlowestFor.Seconds()}
	}
	return j
}

// Progress writes p.
func (w *JSONWriter) Progress(p Progress) error {
	plugins := make([]jsonPlugin, len(p.Plugins))
	for i, x := range p.Plugins {
		plugins[i] = jsonPlugin{x.Plugin, x.event()}
	}
	return w.enc.Encode(struct {
		Type    string  `json:"type"`
		Seconds float64 `json:"seconds"`
		Total   int     `json:"total"`
		Before  int     `json:"done_before"`
		jsonWork
		Left    float64      `json:"seconds_left,omitempty"`
		Plugins []jsonPlugin `json:"plugins"`
	}{"progress", p.Elapsed.Seconds(), p.Total, p.Before, p.event(), p.Left.Seconds(), plugins})
}
