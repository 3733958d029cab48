package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/pflag"

	"github.com/oxbridge-mail/oxbridge/core/batch"
	"github.com/oxbridge-mail/oxbridge/core/report"
)

// logOptions say how a run may be watched by machines.
type logOptions struct {
	format  string
	metrics string
}

func (o *logOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "log-format", "", "write a log on standard error, with what plugins print, as `text` or json")
	f.StringVar(&o.metrics, "metrics", "", "serve metrics for Prometheus at http://`address`/metrics, such as 127.0.0.1:9464")
}

func (o *logOptions) check() error {
	if !slices.Contains([]string{"", "text", "json"}, o.format) {
		return &exitError{code: exitUsage, err: fmt.Errorf("--log-format %s: must be text or json", o.format)}
	}
	return nil
}

// A watcher writes the log and serves the metrics of a run.
type watcher struct {
	log    *slog.Logger
	json   bool      // the log is JSON, and everything for people goes there
	stderr io.Writer // for people; nil when nothing is to be said
	server *http.Server
	serves sync.WaitGroup

	results  *prometheus.CounterVec
	problems *prometheus.CounterVec
	bytes    prometheus.Counter
	seconds  prometheus.Histogram
	planned  prometheus.Gauge
	inHand   prometheus.Gauge
}

// start opens the log and the metrics. The caller closes the watcher.
func (o *logOptions) start(stderr io.Writer) (*watcher, error) {
	w := &watcher{log: slog.New(slog.DiscardHandler), json: o.format == "json", stderr: stderr}
	switch o.format {
	case "json":
		w.log = slog.New(slog.NewJSONHandler(stderr, nil))
	case "text":
		w.log = slog.New(slog.NewTextHandler(stderr, nil))
	}
	if o.metrics == "" {
		return w, nil
	}
	l, err := net.Listen("tcp", o.metrics)
	if err != nil {
		return nil, &exitError{code: exitUsage, err: fmt.Errorf("--metrics: %w", err)}
	}
	registry := prometheus.NewRegistry()
	w.register(registry)
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	w.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	w.serves.Go(func() {
		if err := w.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			w.log.Error("metrics are not served any more", "error", err)
		}
	})
	fmt.Fprintf(stderr, "oxbridge: metrics at http://%s/metrics\n", l.Addr())
	return w, nil
}

// register makes the metrics.
func (w *watcher) register(r *prometheus.Registry) {
	w.results = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oxbridge_messages_total", Help: "Messages that are done, by what became of them."}, []string{"state"})
	w.problems = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oxbridge_problems_total", Help: "Things lost or repaired, by code and severity."}, []string{"code", "severity"})
	w.bytes = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "oxbridge_input_bytes_total", Help: "Bytes of the inputs converted."})
	w.seconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "oxbridge_message_seconds", Help: "Time that a message took.",
		Buckets: []float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 300}})
	w.planned = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "oxbridge_planned_messages", Help: "Inputs in the plan."})
	w.inHand = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "oxbridge_messages_in_hand", Help: "Messages being converted."})
	for _, state := range []report.State{report.Converted, report.Skipped, report.Failed} {
		w.results.WithLabelValues(string(state))
	}
	r.MustRegister(w.results, w.problems, w.bytes, w.seconds, w.planned, w.inHand,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// warn says something that the user has to know.
func (w *watcher) warn(text string) {
	w.log.Warn(text)
	if !w.json && w.stderr != nil {
		fmt.Fprintln(w.stderr, "oxbridge: warning:", text)
	}
}

func (w *watcher) onPlan(h batch.Header) {
	w.log.Info("planned", "items", h.Items, "bytes", h.Bytes, "done", h.Done, "shards", len(h.Shards))
	if w.planned != nil {
		w.planned.Set(float64(h.Items))
	}
}

func (w *watcher) onStart() {
	if w.inHand != nil {
		w.inHand.Inc()
	}
}

func (w *watcher) onResult(r report.Result) {
	if r.State == report.Failed {
		w.log.Error("message failed", "path", r.Input, "reason", r.Reason, "attempts", r.Attempts)
	}
	if w.results == nil {
		return
	}
	w.results.WithLabelValues(string(r.State)).Inc()
	if r.Attempts > 0 {
		w.inHand.Dec()
		w.seconds.Observe(r.Duration.Seconds())
	}
	if r.State == report.Converted {
		w.bytes.Add(float64(r.Bytes))
	}
	for _, p := range r.Problems {
		w.problems.WithLabelValues(p.Code, p.Severity.String()).Inc()
	}
}

func (w *watcher) onEnd(s report.Summary) {
	w.log.Info("run ended", "converted", s.Converted, "with_loss", s.WithLoss, "failed", s.Failed, "skipped", s.Skipped,
		"done_before", s.Done, "seconds", s.Duration.Seconds())
}

// close stops serving.
func (w *watcher) close() {
	if w.server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := w.server.Shutdown(ctx); err != nil {
		_ = w.server.Close()
	}
	w.serves.Wait()
}
