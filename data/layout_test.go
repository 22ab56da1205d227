package data_test

import (
	"slices"
	"strings"
	"testing"

	"descent/data"
)

// TestLayout: features are named as in Features, in their order, and each has its
// kind, also where a name ends like that of another kind.
func TestLayout(t *testing.T) {
	var b strings.Builder
	b.WriteString("a=<unk>,n,day,kind,y\n")
	for i := range 60 {
		n := []string{"", "1.5", "2", "3"}[i%4]
		b.WriteString([]string{"1", "2", "4"}[i%3] + "," + n + ",2024-0" + string(rune('1'+i%9)) + "-11," + []string{"p", "q"}[i%2] + "," + []string{"1.5", "2.5", "4"}[i*7%3] + "\n")
	}
	source, err := data.ReadCSV(strings.NewReader(b.String()), "t.csv", data.CSVConfig{Targets: []string{"y"}, Task: data.Regression})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e := parts.Train.Spec().Encoder
	var names []string
	kinds := map[string]data.FeatureKind{}
	for _, f := range e.Layout() {
		names = append(names, f.Name)
		kinds[f.Name] = f.Kind
		if !strings.HasPrefix(f.Name, f.Column) {
			t.Errorf("feature %q is said to be of column %q", f.Name, f.Column)
		}
	}
	if !slices.Equal(names, e.Features()) || len(names) != parts.Train.Spec().Size() {
		t.Errorf("the layout has %q, want %q", names, e.Features())
	}
	for name, want := range map[string]data.FeatureKind{
		"a=<unk>": data.NumberFeature, "n": data.NumberFeature, "n=<missing>": data.IndicatorFeature, "day.days": data.NumberFeature,
		"kind=p": data.LevelFeature, "kind=q": data.LevelFeature, "kind=<unk>": data.EmptyFeature,
	} {
		if got, ok := kinds[name]; !ok || got != want {
			t.Errorf("%s is of kind %v (there: %v), want %v", name, got, ok, want)
		}
	}
}
