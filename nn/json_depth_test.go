package nn_test

import (
	"math"
	"strings"
	"testing"

	"descent/nn"
)

// TestMarshalRefuses: a list that holds itself, and a value that JSON has not, by
// their places.
func TestMarshalRefuses(t *testing.T) {
	self := make(nn.Sequential, 1)
	self[0] = self
	if _, err := nn.Marshal(self); err == nil || !strings.Contains(err.Error(), "more than 64 levels deep") {
		t.Errorf("error %v", err)
	}
	if _, err := nn.Marshal(nn.Sequential{nn.Dropout{Rate: math.NaN()}}); err == nil || !strings.Contains(err.Error(), "layer 0.rate: json: unsupported value: NaN") {
		t.Errorf("error %v", err)
	}
}
