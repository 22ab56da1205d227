package metric_test

import (
	"strings"
	"testing"

	"descent/metric"
)

// TestNoAccumulator: a metric that has none for what it said it fits is named.
func TestNoAccumulator(t *testing.T) {
	own := metric.Metric{Name: "own", Fits: metric.OnNumbers, New: func(metric.Spec) metric.Accumulator { return nil }}
	_, err := metric.NewSet(metric.Spec{Kind: metric.Numbers, Names: []string{"y"}}, own)
	if err == nil || !strings.Contains(err.Error(), "New of own gave no accumulator") {
		t.Errorf("error %v", err)
	}
}
