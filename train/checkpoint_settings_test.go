package train

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"descent/data"
	"descent/nn"
	"descent/nn/initial"
)

// TestSameSettings: settings are compared by value, not by how they are written.
func TestSameSettings(t *testing.T) {
	type inner struct {
		Rates []float64
		Names map[string]int
		Scale float64
	}
	type outer struct {
		A inner
		B []string
		C float64
	}
	say := func(v any) []setting { return []setting{{"X", words(reflect.ValueOf(&v).Elem(), 0)}} }
	zero := math.Copysign(0, -1)
	for _, row := range []struct {
		a, b any
		same bool
	}{
		{outer{C: 0.10}, outer{C: 1e-1}, true},
		{outer{B: []string{}, C: 1}, outer{C: 1}, true},
		{outer{A: inner{Rates: []float64{}, Names: map[string]int{}, Scale: 2}}, outer{A: inner{Scale: 2}}, true},
		{outer{A: inner{Rates: []float64{zero, 1}}}, outer{A: inner{Rates: []float64{0, 1}}}, true},
		{map[string]int{"a": 1, "b": 2}, map[string]int{"b": 2, "a": 1}, true},
		{zero, 0.0, true},
		{&outer{C: 1}, outer{C: 1}, true},
		{outer{C: 1}, outer{C: -1}, false},
		{outer{B: []string{""}}, outer{}, false},
		{[]float64{-0.5}, []float64{0.5}, false},
		{[]int{-10}, []int{10}, false},
	} {
		if err := sameSettings(say(row.a), say(row.b)); (err == nil) != row.same {
			t.Errorf("%#v and %#v: %v", row.a, row.b, err)
		}
	}
}

// TestRenamedTypes: the words of checkpoints from before types were renamed are
// those of today's values. They stand here as those versions wrote them.
func TestRenamedTypes(t *testing.T) {
	he := initial.HeNormal{Slope: 0.1}
	for _, row := range []struct {
		old string
		net nn.Layer
	}{
		{
			"[nn.Flatten{} nn.Dense{Units: 32, Activation: 1, Init: nn.HeNormal{Slope: 0.1}} nn.Dropout{Rate: 0.2} nn.Dense{Units: 16, Activation: 1, Init: nn.HeNormal{Slope: 0.1}} nn.Dropout{Rate: 0.2} nn.Dense{Units: 10, Init: nn.HeNormal{Slope: 0.1}}]",
			nn.MLP([]int{32, 16}, 10, nn.ReLU, 0.2, he),
		},
		{
			"[nn.Image{} nn.Conv2D{Filters: 32, Kernel: [5 5], Padding: -1, Activation: 1} nn.MaxPool{} nn.Conv2D{Filters: 64, Kernel: [5 5], Padding: -1, Activation: 1} nn.MaxPool{} nn.Flatten{} nn.Dense{Units: 512, Activation: 1} nn.Dense{Units: 10}]",
			nn.LeNet(10),
		},
		{"nn.Dense{Units: 3, Init: nn.Identity{}}", nn.Dense{Units: 3, Init: initial.Identity{}}},
		{"nn.Residual{Layers: [nn.Dense{Units: 3, Init: nn.Orthogonal{Gain: 2}}]}", nn.Residual{Layers: nn.Sequential{nn.Dense{Units: 3, Init: initial.Orthogonal{Gain: 2}}}}},
	} {
		have := settingsOf(row.net, Config{})
		if err := sameSettings([]setting{{"Network", row.old}}, have); err != nil {
			t.Errorf("%s: %v", row.old, err)
		}
		other := strings.Replace(row.old, "Units: ", "Units: 7", 1)
		if err := sameSettings([]setting{{"Network", other}}, have); err == nil {
			t.Errorf("%s passes for %s", other, have[0].Value)
		}
	}
	for was, now := range renamed {
		if _, ok := renamed[now]; ok {
			t.Errorf("%s is %s, which was renamed itself", was, now)
		}
	}
	if err := sameSettings(settingsOf(nn.Dense{Units: 3, Init: initial.Zeros{}}, Config{}), settingsOf(nn.Dense{Units: 3, Init: initial.Ones{}}, Config{})); err == nil {
		t.Error("zeros pass for ones")
	}
}

// TestRenamedSettings: so are those of other fields.
func TestRenamedSettings(t *testing.T) {
	for _, row := range []struct {
		saved string
		have  any
	}{
		{"data.Augment{Crop: 4, Flip: true}", data.Augment{Crop: 4, Flip: true}},
		{"data.Augment{}", data.Augment{}},
	} {
		have := []setting{{"X", words(reflect.ValueOf(row.have), 0)}}
		if err := sameSettings([]setting{{"X", row.saved}}, have); err != nil {
			t.Error(err)
		}
	}
}

// TestWhereUnlike: words of pages are cut to where they differ, short ones are whole.
func TestWhereUnlike(t *testing.T) {
	if a, b := whereUnlike("0.1", "0.2"); a != "0.1" || b != "0.2" {
		t.Errorf("%s and %s are cut", a, b)
	}
	long := strings.Repeat("1 ", 1000)
	a, b := whereUnlike(long+"é "+long, long+"3")
	if len(a) > 450 || len(b) > 450 || !strings.Contains(a, "1 é 1") || !strings.HasSuffix(b, "1 3") || !strings.HasPrefix(b, "… ") || !strings.HasSuffix(a, " …") {
		t.Errorf("%q and %q", a, b)
	}
}
