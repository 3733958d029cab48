package hlog

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"
)

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want map[string]any
	}{
		{"message and level", func(l *slog.Logger) { l.Warn("half read", "part", "body") },
			map[string]any{"@message": "half read", "@level": "warn", "part": "body"}},
		{"own level attribute stays", func(l *slog.Logger) { l.Info("x", "level", 3) },
			map[string]any{"@message": "x", "@level": "info", "level": 3.0}},
		{"levels between the named ones", func(l *slog.Logger) { l.Log(context.Background(), slog.LevelWarn+1, "x") },
			map[string]any{"@level": "warn"}},
		{"go-hclog's names are reserved", func(l *slog.Logger) { l.Info("x", "@message", 1, "@level", 2, "@timestamp", 3) },
			map[string]any{"@message": "x", "@level": "info", "attr.@message": 1.0, "attr.@level": 2.0, "attr.@timestamp": 3.0}},
		{"groups are not touched", func(l *slog.Logger) { l.WithGroup("g").Info("x", "msg", "inner") },
			map[string]any{"@message": "x", "g": map[string]any{"msg": "inner"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			tt.log(New(&out))
			var got map[string]any
			if err := json.Unmarshal(out.Bytes(), &got); err != nil {
				t.Fatalf("%v in %q", err, out.String())
			}
			if _, ok := got["@timestamp"].(string); !ok {
				t.Errorf("@timestamp is %v, want a string", got["@timestamp"])
			}
			for k, want := range tt.want {
				g, _ := json.Marshal(got[k])
				w, _ := json.Marshal(want)
				if !bytes.Equal(g, w) {
					t.Errorf("%s = %s, want %s", k, g, w)
				}
			}
		})
	}
}
