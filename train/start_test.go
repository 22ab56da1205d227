package train_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"descent/data"
	"descent/loss"
	"descent/model"
	"descent/nn"
	"descent/train"
)

// houses is a table and its encoder: area, rooms and a city decide the price.
func houses(t testing.TB, header string, stretch float64) (data.Source, *data.Encoder) {
	t.Helper()
	e := &data.Encoder{Kind: "table", Task: data.Regression, Targets: []data.Target{{Name: "price", Mean: 10 * stretch, Std: 4 * stretch}}}
	for _, name := range strings.Split(header, ",") {
		if name == "city" {
			e.Columns = append(e.Columns, data.Column{Name: name, Kind: "category", Levels: []string{"Bonn", "Trier"}})
			continue
		}
		e.Columns = append(e.Columns, data.Column{Name: name, Kind: "number", Mean: 3 * stretch, Std: 1.5 * stretch})
	}
	cells := map[string][]string{
		"area": {"3", "5", "1", "4"}, "rooms": {"1", "2", "3", "2"}, "garden": {"9", "8", "7", "6"},
		"city": {"Bonn", "Trier", "Trier", "Bonn"},
	}
	text := header + ",price\n"
	for row := range 4 {
		for _, name := range strings.Split(header, ",") {
			text += cells[name][row] + ","
		}
		text += []string{"10", "20", "12", "15"}[row] + "\n"
	}
	s, err := e.EncodeCSV(strings.NewReader(text), "houses.csv")
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// predictions are those of every row, in the targets' own units.
func predictions(t testing.TB, m *model.Model, s data.Source) (all []float64) {
	t.Helper()
	for p, err := range m.Predictions(background, s) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p...)
	}
	return all
}

// TestStartByName: a model that starts from another is the same function of
// raw rows, whatever the order of columns and however they are standardized.
func TestStartByName(t *testing.T) {
	before, _ := houses(t, "area,rooms,city", 1)
	for name, net := range map[string]nn.Layer{
		"mlp":    nn.MLP([]int{5, 4}, 1, nn.ReLU, 0, nil),
		"linear": nn.Dense{Units: 1},
	} {
		from := newTrainer(t, net, before.Spec(), train.Config{Seed: 1}).Model()
		want := predictions(t, from, before)
		for _, tt := range []struct {
			header  string
			stretch float64
			notes   string
		}{
			{"area,rooms,city", 1, ""},
			{"area,rooms,city", 7, ""},
			{"city,rooms,area", 1, "all 5 are the same, in another order"},
			{"rooms,city,area", 0.3, "all 5 are the same, in another order"},
		} {
			after, _ := houses(t, tt.header, tt.stretch)
			trainer := newTrainer(t, net, after.Spec(), train.Config{From: from, Seed: 2})
			for i, v := range predictions(t, trainer.Model(), after) {
				if math.Abs(v-want[i]) > 1e-4*math.Max(1, math.Abs(want[i])) {
					t.Errorf("%s, %s stretched %v: row %d is predicted as %v, and was as %v", name, tt.header, tt.stretch, i, v, want[i])
				}
			}
			if got := strings.Join(trainer.Notes(), "\n"); !strings.Contains(got, tt.notes) || tt.notes == "" && got != "" {
				t.Errorf("%s, %s: notes %q", name, tt.header, got)
			}
			if tt.header == "area,rooms,city" && tt.stretch == 1 && trainer.Model().SHA256() != from.SHA256() {
				t.Errorf("%s: the same columns changed the weights", name)
			}
		}
	}
}

// TestStartFeatures: weights of a new feature start anew, and the others are
// known.
func TestStartFeatures(t *testing.T) {
	net := nn.Sequential{nn.Flatten{}, nn.Dense{Units: 3, Activation: nn.Tanh}, nn.Dense{Units: 1}}
	before, _ := houses(t, "area,rooms,city", 1)
	after, _ := houses(t, "garden,rooms,area", 1)
	from := newTrainer(t, net, before.Spec(), train.Config{Seed: 1}).Model()
	cold := newTrainer(t, net, after.Spec(), train.Config{Seed: 2}).Model()
	trainer := newTrainer(t, net, after.Spec(), train.Config{From: from, Seed: 2})
	was, fresh, is := weights(from)["1.dense.weight"], weights(cold)["1.dense.weight"], weights(trainer.Model())["1.dense.weight"]
	for k := range 3 {
		if is[k] != fresh[k] || is[3+k] != was[3+k] || is[6+k] != was[k] {
			t.Errorf("unit %d: garden %v, rooms %v, area %v; want %v, %v, %v", k, is[k], is[3+k], is[6+k], fresh[k], was[3+k], was[k])
		}
	}
	notes := strings.Join(trainer.Notes(), "\n")
	for _, part := range []string{"rooms, area taken over", "garden started anew", "city=Bonn, city=Trier, city=<unk> no longer there"} {
		if !strings.Contains(notes, part) {
			t.Errorf("%q is not in the notes %q", part, notes)
		}
	}
}

// classes is a set of the named classes.
func classes(t testing.TB, names ...string) data.Source {
	t.Helper()
	var x [][]float32
	var labels []int
	for i := range names {
		x, labels = append(x, []float32{float32(i), 1, 2}), append(labels, i)
	}
	s, err := data.FromClasses(x, labels, names)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStartClasses: the last layer goes by the names of classes.
func TestStartClasses(t *testing.T) {
	net := func(k int) nn.Layer {
		return nn.Sequential{nn.Dense{Units: 2, Activation: nn.ReLU}, nn.Dense{Units: k}}
	}
	before := classes(t, "apple", "pear")
	from := newTrainer(t, net(2), before.Spec(), train.Config{Seed: 1}).Model()
	was := weights(from)
	for _, tt := range []struct {
		names []string
		known []int // there, -1: anew
		head  bool
	}{
		{[]string{"apple", "pear"}, []int{0, 1}, false},
		{[]string{"pear", "apple"}, []int{1, 0}, false},
		{[]string{"pear", "plum"}, []int{1, -1}, false},
		{[]string{"apple", "fig", "pear"}, []int{0, -1, 1}, false},
		{[]string{"fig", "plum"}, []int{-1, -1}, false},
		{[]string{"apple", "pear"}, []int{-1, -1}, true},
		{[]string{"apple", "pear", "plum"}, []int{-1, -1, -1}, true},
	} {
		k := len(tt.names)
		spec := classes(t, tt.names...).Spec()
		cold := weights(newTrainer(t, net(k), spec, train.Config{Seed: 2}).Model())
		trainer := newTrainer(t, net(k), spec, train.Config{From: from, NewHead: tt.head, Seed: 2})
		is := weights(trainer.Model())
		for c, at := range tt.known {
			for i := range 2 {
				want := cold["1.dense.weight"][i*k+c]
				if at >= 0 {
					want = was["1.dense.weight"][i*2+at]
				}
				if got := is["1.dense.weight"][i*k+c]; got != want {
					t.Errorf("%v: weight %d of class %s is %v, want %v", tt.names, i, tt.names[c], got, want)
				}
			}
		}
		if is["0.dense.weight"][0] != was["0.dense.weight"][0] {
			t.Errorf("%v: the first layer was not taken over", tt.names)
		}
		if noted := len(trainer.Notes()) > 0; noted != (tt.head || tt.names[0] != "apple" || k > 2) {
			t.Errorf("%v: notes %v", tt.names, trainer.Notes())
		}
	}
	// One output for two classes: these two, or anew.
	one := func(names ...string) train.Config {
		return train.Config{Loss: loss.BinaryCrossEntropy{}, Seed: 2}
	}
	binary := newTrainer(t, net(1), before.Spec(), train.Config{Loss: loss.BinaryCrossEntropy{}, Seed: 1}).Model()
	for _, names := range [][]string{{"apple", "pear"}, {"pear", "apple"}} {
		cfg := one(names...)
		cfg.From = binary
		is := weights(newTrainer(t, net(1), classes(t, names...).Spec(), cfg).Model())
		if same := is["1.dense.weight"][0] == weights(binary)["1.dense.weight"][0]; same != (names[0] == "apple") {
			t.Errorf("%v: the output was taken over: %v", names, same)
		}
	}
}

// TestStartFrozen: frozen weights that start anew are told of.
func TestStartFrozen(t *testing.T) {
	net := nn.Sequential{nn.Dense{Units: 2, Activation: nn.ReLU}, nn.Dense{Units: 2}}
	from := newTrainer(t, net, classes(t, "apple", "pear").Spec(), train.Config{Seed: 1}).Model()
	const says = "frozen weights that start anew, at least in part, and are never trained: 1.dense.weight, 1.dense.bias"
	for _, tt := range []struct {
		names  []string
		freeze string
		head   bool
		want   bool
	}{
		{[]string{"apple", "pear"}, "1.*", false, false},
		{[]string{"pear", "apple"}, "1.*", false, false},
		{[]string{"apple", "fig"}, "0.*", false, false},
		{[]string{"apple", "fig"}, "1.*", false, true},
		{[]string{"apple", "pear"}, "1.*", true, true},
	} {
		trainer := newTrainer(t, net, classes(t, tt.names...).Spec(), train.Config{From: from, NewHead: tt.head, Freeze: []string{tt.freeze}})
		if got := strings.Contains(strings.Join(trainer.Notes(), "\n"), says); got != tt.want {
			t.Errorf("%v, frozen %s, new head %v: notes %q", tt.names, tt.freeze, tt.head, trainer.Notes())
		}
	}
}

// TestStartError: all that does not fit is told at once, with whether the last
// layer is all of it.
func TestStartError(t *testing.T) {
	image := func(channels, side, outputs int) (nn.Layer, data.Spec) {
		spec := data.Spec{Input: []int{side, side, channels}, Task: data.Classification, Classes: []string{"a", "b", "c"}[:outputs], Targets: []string{"class"}}
		return nn.CNN(4, outputs), spec
	}
	net, spec := image(1, 16, 2)
	from := newTrainer(t, net, spec, train.Config{}).Model()
	blob := blobs(t, 9, 1)
	number, _, _ := line(t, 9, 2)
	layers := func(outputs int) nn.Layer { return nn.Sequential{nn.Dense{Units: 4}, nn.Dense{Units: outputs}} }
	plain := newTrainer(t, layers(3), blob.Spec(), train.Config{}).Model()
	colour, colourSpec := image(3, 16, 2)
	large, largeSpec := image(1, 24, 2)
	for _, tt := range []struct {
		name string
		net  nn.Layer
		spec data.Spec
		from *model.Model
		head bool
		says []string
	}{
		{"channels", colour, colourSpec, from, false, []string{`"1.conv2d.weight"`, "[16 16 3] here and [16 16 1] there"}},
		{"size", large, largeSpec, from, true, []string{`"20.dense.weight"`, "[24 24 1] here and [16 16 1] there"}},
		{"task", layers(1), number.Spec(), plain, true, []string{"classification", "regression", "[4 1] here"}},
		{"nothing else", nn.Dense{Units: 1}, number.Spec(), newTrainer(t, nn.Dense{Units: 3}, blob.Spec(), train.Config{}).Model(), false, []string{"[2 1] here"}},
		{"units", nn.MLP([]int{5}, 3, nn.ReLU, 0, nil), blob.Spec(), plain, false, []string{`weight "1.dense.weight" is [2 5] here`, `no weight "2.dense.bias"`}},
	} {
		_, err := train.New(tt.net, tt.spec, train.Config{From: tt.from})
		var start *train.StartError
		if !errors.As(err, &start) {
			t.Errorf("%s: error %v is no StartError", tt.name, err)
			continue
		}
		if start.Head != tt.head {
			t.Errorf("%s: the last layer alone: %v", tt.name, start.Head)
		}
		for _, part := range tt.says {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in %q", tt.name, part, err)
			}
		}
		if start.Head { // and then the advice helps
			newTrainer(t, tt.net, tt.spec, train.Config{From: tt.from, NewHead: true})
		}
	}
}
