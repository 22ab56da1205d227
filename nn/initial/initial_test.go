package initial_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"descent/internal/goldentest"
	"descent/internal/rng"
	"descent/nn/initial"
)

// golden is what testdata/golden.py wrote.
type golden struct {
	Seed  uint64
	Cases []struct {
		Spec, Name string
		Dims       []int
		Values     []float64
	}
}

func load(t *testing.T) golden {
	t.Helper()
	return goldentest.Load[golden](t, "golden.json")
}

func size(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

func parse(t *testing.T, spec string) initial.Initializer {
	t.Helper()
	init, err := initial.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	return init
}

// TestGolden compares every element with numbers computed from
// the published formulas and generator, by Python. float32 rounding bounds
// the difference at 6e-8 relative; cancellation in log and cos near the zeros
// of the normal transform adds 1e-12.
func TestGolden(t *testing.T) {
	g := load(t)
	for _, tt := range g.Cases {
		got := make([]float32, len(tt.Values))
		parse(t, tt.Spec).Fill(got, tt.Dims, initial.Key{Seed: g.Seed, Stream: rng.Stream(tt.Name)})
		for i, want := range tt.Values {
			if d := math.Abs(float64(got[i]) - want); d > 6e-8*math.Abs(want)+1e-11 {
				t.Errorf("%s %v: element %d = %v, want %v", tt.Spec, tt.Dims, i, got[i], want)
				break
			}
		}
	}
}

// TestDistributions compares large samples with the distribution
// function: the Kolmogorov-Smirnov quantile at 10⁻⁵. At this size it tells a
// scale that is off by 1 % apart, so that fan_out, a variance taken for a
// deviation, a bound without √3 or a truncation that is not rescaled fail.
func TestDistributions(t *testing.T) {
	dims := []int{500, 300} // fan_in 500, fan_out 300
	normal := func(std float64) func(x float64) float64 {
		return func(x float64) float64 { return math.Erfc(-x/std/math.Sqrt2) / 2 }
	}
	uniform := func(bound float64) func(x float64) float64 {
		return func(x float64) float64 { return min(1, max(0, (x/bound+1)/2)) }
	}
	tests := []struct {
		spec  string
		std   float64
		bound float64 // |x| ≤ bound
		cdf   func(x float64) float64
	}{
		{"xavier-uniform", 0.05, math.Sqrt(6.0 / 800), uniform(math.Sqrt(6.0 / 800))},
		{"xavier-normal", 0.05, 1, normal(0.05)},
		{"xavier-normal:2", 0.1, 1, normal(0.1)},
		{"he-uniform", math.Sqrt(2.0 / 500), math.Sqrt(6.0 / 500), uniform(math.Sqrt(6.0 / 500))},
		{"he-normal", math.Sqrt(2.0 / 500), 1, normal(math.Sqrt(2.0 / 500))},
		{"he-normal:1", math.Sqrt(1.0 / 500), 1, normal(math.Sqrt(1.0 / 500))},
		{"lecun-uniform", math.Sqrt(1.0 / 500), math.Sqrt(3.0 / 500), uniform(math.Sqrt(3.0 / 500))},
		{"lecun-normal", math.Sqrt(1.0 / 500), 1, normal(math.Sqrt(1.0 / 500))},
		{"normal:0.3", 0.3, 3, normal(0.3)},
		{"uniform:0.3", 0.3 / math.Sqrt(3), 0.3, uniform(0.3)},
		{"truncated-normal:0.3", 0.3, 2 * 0.3 / 0.8796256610342398, func(x float64) float64 {
			s := 0.3 / 0.8796256610342398
			return (normal(s)(x) - normal(1)(-2)) / (1 - 2*normal(1)(-2))
		}},
	}
	n := dims[0] * dims[1]
	for _, tt := range tests {
		t.Run(tt.spec, func(t *testing.T) {
			w := make([]float32, n)
			parse(t, tt.spec).Fill(w, dims, initial.Key{Seed: 1, Stream: 2})
			var mean, second float64
			for _, v := range w {
				mean += float64(v) / float64(n)
				second += float64(v) * float64(v) / float64(n)
			}
			// 5 standard errors; the fourth moment is at most 3σ⁴.
			if math.Abs(mean) > 5*tt.std/math.Sqrt(float64(n)) {
				t.Errorf("mean %v", mean)
			}
			if want := tt.std * tt.std; math.Abs(second/want-1) > 5*math.Sqrt(2/float64(n)) {
				t.Errorf("variance %v, want %v", second, want)
			}
			slices.Sort(w)
			if -float64(w[0]) > tt.bound*(1+1e-7) || float64(w[n-1]) > tt.bound*(1+1e-7) {
				t.Errorf("range %v to %v, bound %v", w[0], w[n-1], tt.bound)
			}
			var d float64
			for i, v := range w {
				p := tt.cdf(float64(v))
				d = max(d, math.Abs(p-float64(i)/float64(n)), math.Abs(p-float64(i+1)/float64(n)))
			}
			if bound := math.Sqrt(-math.Log(1e-5/2) / 2 / float64(n)); d > bound {
				t.Errorf("Kolmogorov-Smirnov distance %v, bound %v", d, bound)
			}
		})
	}
}

func TestOrthogonal(t *testing.T) {
	for _, dims := range [][]int{{40, 40}, {60, 20}, {20, 60}, {3, 3, 4, 10}, {1, 5}} {
		w := make([]float32, size(dims))
		initial.Orthogonal{Gain: 2}.Fill(w, dims, initial.Key{Seed: 3})
		cols := dims[len(dims)-1]
		rows := len(w) / cols
		step, next, length, count := cols, 1, rows, cols // along a column, to the next one
		if rows < cols {
			step, next, length, count = 1, cols, cols, rows
		}
		for i := range count {
			for j := range count {
				var dot float64
				for k := range length {
					dot += float64(w[i*next+k*step]) * float64(w[j*next+k*step])
				}
				want := 0.0
				if i == j {
					want = 4
				}
				if math.Abs(dot-want) > 1e-6 {
					t.Fatalf("%v: vectors %d and %d have product %v, want %v", dims, i, j, dot, want)
				}
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, spec := range []string{
		"xavier-uniform", "xavier-uniform:1.5", "xavier-normal", "xavier-normal:2", "he-uniform", "he-uniform:0.2",
		"he-normal", "he-normal:0.01", "lecun-uniform", "lecun-normal", "orthogonal", "orthogonal:0.5", "zeros",
		"ones", "constant:0.1", "constant:-3", "constant:0", "normal:0.02", "uniform:0.3", "truncated-normal:1e-07", "identity",
	} {
		init := parse(t, spec)
		if init.String() != spec {
			t.Errorf("%q prints as %q", spec, init)
		}
		if err := init.Validate(); err != nil {
			t.Errorf("%q: %v", spec, err)
		}
	}
	for spec, want := range map[string]initial.Initializer{
		"normal": initial.Normal{Std: 0.05}, "uniform": initial.Uniform{Bound: 0.05}, "truncated-normal": initial.TruncatedNormal{Std: 0.05},
	} {
		if got := parse(t, spec); got != want {
			t.Errorf("%q = %v, want %v", spec, got, want)
		}
	}
	for spec, want := range map[string]string{
		"he-norml":         `did you mean "he-normal"`,
		"":                 "want one of",
		"constant":         "needs its value",
		"zeros:1":          "takes no number",
		"normal:wide":      `"wide" is not a number`,
		"normal:0":         "above 0",
		"uniform:-1":       "above 0",
		"normal:inf":       "finite",
		"xavier-normal:-1": "gain -1",
		"he-normal:nan":    "slope NaN",
		"constant:inf":     "finite",
	} {
		_, err := initial.Parse(spec)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v does not say %q", spec, err, want)
		}
	}
}
