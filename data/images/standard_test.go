package images

import (
	"math"
	"testing"
)

// TestParseStandard: numbers are of pixels from 0 to 1 unless one is above that.
func TestParseStandard(t *testing.T) {
	for _, row := range []struct {
		mean, std string
		want      Standard
	}{
		{"0.5", "0.2", Standard{[3]float64{127.5, 127.5, 127.5}, [3]float64{51, 51, 51}}},
		{"0, 1,127.5", "1", Standard{[3]float64{0, 1, 127.5}, [3]float64{1, 1, 1}}},
		{"0.485,0.456,0.406", "0.229,0.224,0.225", ImageNet},
	} {
		s, err := ParseStandard(row.mean, row.std)
		if err != nil {
			t.Fatal(err)
		}
		for c := range s.Mean {
			if math.Abs(s.Mean[c]-row.want.Mean[c]) > 1e-12 || math.Abs(s.Std[c]-row.want.Std[c]) > 1e-12 {
				t.Errorf("%s and %s are %v, want %v", row.mean, row.std, s, row.want)
			}
		}
	}
	for _, bad := range [][2]string{{"0", "0"}, {"1", "0"}, {"1", "-1"}, {"1,2", "1"}, {"NaN", "1"}, {"1", "Inf"}, {"", "1"}, {"1", "x"}} {
		if _, err := ParseStandard(bad[0], bad[1]); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
