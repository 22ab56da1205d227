package explain_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"descent/data"
	"descent/explain"
	"descent/internal/rng"
	"descent/nn"
)

// TestAlike: columns of which one is nearly a function of the other are found and
// shuffled together.
func TestAlike(t *testing.T) {
	k := rng.Key{Seed: 5, Stream: rng.Stream("alike")}
	var b strings.Builder
	b.WriteString("size,feet,city,country,grade,level,free,y\n")
	for i := range 300 {
		size := 50 + 10*k.Normal(i)
		city, grade := int(5*k.Float64(i+1000)), int(4*k.Float64(i+2000))
		fmt.Fprintf(&b, "%.2f,%.1f,c%d,%s,g%d,%d,%.3f,%.2f\n", size, 10.76*size, city, []string{"x", "y"}[city/3], grade, 10*grade, k.Normal(i+5000), size+float64(city))
	}
	s := encoded(t, b.String(), data.CSVConfig{Targets: []string{"y"}, Numbers: []string{"level"}})
	size := s.Spec().Size()
	weights := make([]float64, size)
	weights[0], weights[1] = 1, 1
	m := network(t, s.Spec(), nn.Sequential{nn.Dense{Units: 1}}, map[string][]float64{"0.dense.weight": weights}, map[string][]int{"0.dense.weight": {size, 1}, "0.dense.bias": {1}})
	e := explainer(t, m, explain.Config{})
	importance, err := e.Importance(context.Background(), read(t, e, s))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]explain.Effect{}
	for _, a := range importance.Alike {
		found[strings.Join(a.Columns, "+")] = a
		if a.Alike < 0.9 || a.Alike > 1 {
			t.Errorf("%v go together by %v", a.Columns, a.Alike)
		}
	}
	if len(found) != 3 || found["city+country"].Costs == nil || found["grade+level"].Costs == nil {
		t.Errorf("alike are %v", found)
	}
	single := importance.Columns[0].Costs[0].Mean
	// Alone each leaves the other: 2·1² of variance 1; together 2·2².
	if both := found["size+feet"].Costs[0].Mean; both < 3*single {
		t.Errorf("together they cost %v, alone at most %v", both, single)
	}
}

// TestSlices: the level on which a model errs is found, and none where it errs
// alike everywhere.
func TestSlices(t *testing.T) {
	k := rng.Key{Seed: 6, Stream: rng.Stream("slices")}
	table := func(noise func(city, age int) float64) string {
		var b strings.Builder
		b.WriteString("age,city,y\n")
		for i := range 600 {
			age, city := 20+int(40*k.Float64(i)), int(6*k.Float64(i+10000))
			cell := fmt.Sprint(age)
			if i%9 == 0 {
				cell = ""
			}
			fmt.Fprintf(&b, "%s,c%d,%.4f\n", cell, city, noise(city, age)*k.Normal(i+5000))
		}
		return b.String()
	}
	worst := func(noise func(city, age int) float64) *explain.Slices {
		s := encoded(t, table(noise), data.CSVConfig{Targets: []string{"y"}})
		size := s.Spec().Size()
		m := network(t, s.Spec(), nn.Sequential{nn.Dense{Units: 1}}, nil, map[string][]int{"0.dense.weight": {size, 1}, "0.dense.bias": {1}})
		e := explainer(t, m, explain.Config{})
		found, err := e.Slices(context.Background(), read(t, e, s))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	found := worst(func(city, _ int) float64 { return 1 + 3*float64(city/5) })
	first := found.Worst[0]
	if first.Column != "city" || first.Text != "= c5" || !first.Sure() || found.Looked != 12 || found.Score != "mae" || *first.Score < 2**first.Besides {
		t.Errorf("of %d parts the worst is %+v", found.Looked, first)
	}
	if len(found.Worst) > 1 && found.Worst[1].Sure() {
		t.Errorf("another is called worse: %+v", found.Worst[1])
	}
	found = worst(func(_, age int) float64 { return 1 + float64(age/50) })
	if first := found.Worst[0]; first.Column != "age" || !strings.HasSuffix(first.Text, " to 59") || !first.Sure() {
		t.Errorf("the worst is %+v", first)
	}
	if even := worst(func(_, _ int) float64 { return 1 }); len(even.Worst) > 0 && even.Worst[0].Sure() {
		t.Errorf("by chance: %+v", even.Worst[0])
	}
	text, err := json.Marshal(found)
	var again explain.Slices
	if err != nil || json.Unmarshal(text, &again) != nil || fmt.Sprint(again.Worst[0].Worse) != fmt.Sprint(found.Worst[0].Worse) {
		t.Errorf("JSON %s, %v", text, err)
	}
}

// people is a table whose columns may be made unlike.
func people(n, shift int, city func(i int) string, missing int) string {
	k := rng.Key{Seed: uint64(7 + shift), Stream: rng.Stream("people")}
	var b strings.Builder
	b.WriteString("age,city,born,free,y\n")
	for i := range n {
		free := fmt.Sprintf("%.4f", k.Normal(i+90000))
		if missing > 0 && i%missing == 0 {
			free = ""
		}
		fmt.Fprintf(&b, "%.3f,%s,19%02d-0%d-11,%s,%d\n", 40+float64(shift)+10*k.Normal(i), city(i), 30+i%60, 1+i%9, free, i%3)
	}
	return b.String()
}

func TestDrift(t *testing.T) {
	ctx := context.Background()
	cities := func(i int) string { return []string{"Bonn", "Essen", "Trier"}[i%3] }
	table, err := data.ReadCSV(strings.NewReader(people(2000, 0, cities, 0)), "people.csv", data.CSVConfig{Targets: []string{"y"}, Task: data.Regression})
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := table.Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	open := func(text string) data.Source {
		s, err := encoder.EncodeCSV(strings.NewReader(text), "new.csv")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	profile, err := explain.ProfileOf(ctx, open(people(2000, 0, cities, 0)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(profile)
	if err != nil {
		t.Fatal(err)
	}
	profile = &explain.Profile{}
	if err := json.Unmarshal(text, profile); err != nil || len(text) > 9000 {
		t.Fatalf("%v; %d bytes: %s", err, len(text), text)
	}
	drift := func(text string) map[string]explain.Drift {
		list, err := profile.Drift(ctx, open(text))
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]explain.Drift{}
		for _, d := range list {
			all[d.Column] = d
		}
		return all
	}
	for name, d := range drift(people(500, 0, cities, 0)) {
		if d.Drifted() || d.Unseen != 0 || d.Missing != [2]float64{} {
			t.Errorf("%s of rows that are like those of training: %+v", name, d)
		}
	}
	if d := drift(people(500, 10, cities, 0))["age"]; !d.Drifted() || math.Abs(d.Distance-0.383) > 0.06 { // 2Φ(½)-1
		t.Errorf("numbers a deviation away: %+v", d)
	} else if math.Abs(d.PSI-1) > 0.25 || !strings.HasPrefix(d.Change, "median ") { // the symmetric divergence of N(0,1) and N(1,1)
		t.Errorf("their index is %v; %s", d.PSI, d.Change)
	}
	d := drift(people(500, 0, func(i int) string {
		if i%4 == 0 {
			return "Bremen"
		}
		return cities(i)
	}, 0))["city"]
	if !d.Drifted() || d.Unseen != 0.25 || math.Abs(d.Distance-0.25) > 0.03 || !strings.HasPrefix(d.Change, "levels that training did not have 25 %") {
		t.Errorf("levels that training did not have: %+v", d)
	}
	if d := drift(people(500, 0, cities, 2))["free"]; d.Missing != [2]float64{0, 0.5} || !d.Drifted() || d.Change != "missing 50 %, was 0 %" {
		t.Errorf("numbers that are missing where none was: %+v", d)
	}
	d = drift(people(500, 0, func(i int) string {
		if i%2 == 0 {
			return ""
		}
		return cities(i)
	}, 0))["city"]
	if d.Missing != [2]float64{0, 0.5} || d.Unseen != 0 || !d.Drifted() {
		t.Errorf("levels that are missing where none was: %+v", d)
	}
	if few := drift(people(8, 0, cities, 0)); few["age"].Drifted() || few["city"].Drifted() {
		t.Errorf("eight rows: %+v", few)
	}
	profile.Columns[0].Counts[0]++
	if _, err := profile.Drift(ctx, open(people(9, 0, cities, 0))); err == nil || !strings.Contains(err.Error(), "does not add up") {
		t.Errorf("error %v", err)
	}
}

// TestSlicesByThreshold: parts are measured by what the model answers.
func TestSlicesByThreshold(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,y\n")
	for i := range 400 {
		fmt.Fprintf(&b, "%d,%s\n", i%2, []string{"no", "yes"}[i%2])
	}
	s := encoded(t, b.String(), data.CSVConfig{Targets: []string{"y"}, Task: data.Classification, Numbers: []string{"x"}})
	// "yes" has probability ½ or less, and less where it is true: only a low threshold answers it.
	m := network(t, s.Spec(), nn.Sequential{nn.Dense{Units: 2}}, map[string][]float64{"0.dense.weight": {0.5, -0.5}, "0.dense.bias": {0.5, -0.5}}, map[string][]int{"0.dense.weight": {1, 2}, "0.dense.bias": {2}})
	decided, err := m.WithThresholds([]float64{0.01})
	if err != nil {
		t.Fatal(err)
	}
	for threshold, want := range map[bool]float64{false: 0, true: 1} {
		of := m
		if threshold {
			of = decided
		}
		e := explainer(t, of, explain.Config{})
		found, err := e.Slices(context.Background(), read(t, e, s))
		if err != nil {
			t.Fatal(err)
		}
		if first := found.Worst[0]; found.Score != "accuracy" || *first.Score != want || *first.Besides != 1-want {
			t.Errorf("by a threshold %v: %+v, %v and %v", threshold, first, *first.Score, *first.Besides)
		}
	}
}
