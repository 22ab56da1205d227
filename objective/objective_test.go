package objective_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"descent/data"
	"descent/engine"
	"descent/graph"
	"descent/loss"
	"descent/objective"
)

const rows, length = 4, 5

// spec has a field of every kind that a goal compares with.
var spec = data.Spec{
	Name: "all", Input: []int{length, 2}, Task: data.Classification, Classes: []string{"a", "b", "c"},
	More: []data.Field{
		{Name: "age", Role: data.TargetRole, Shape: []int{2}},
		{Name: "tags", Kind: data.Class, Role: data.TargetRole, Shape: []int{length}, Names: []string{"n", "v", "x"}},
		{Name: "path", Role: data.TargetRole, Shape: []int{length, 2}},
		{Name: "labels", Role: data.TargetRole, Shape: []int{length, 3}, Names: []string{"p", "q", "r"}},
		{Name: "mask", Role: data.TargetRole, Shape: []int{length}},
		{Name: "counts", Role: data.TargetRole},
		{Name: "words", Kind: data.Tokens, Shape: []int{length}, Names: []string{"w"}},
	},
}

// values of the fields: some positions have no class, the last row's mask is 0.
func values() map[string][]float64 {
	v := map[string][]float64{"y": {0, 2, 1, 1}, "counts": {1, 0, 1, 1}, "words": make([]float64, rows*length)}
	wave := func(i int) float64 { return math.Sin(float64(i*i + 1)) }
	for i := range rows * length {
		v["tags"] = append(v["tags"], float64(i%4-1))
		v["mask"] = append(v["mask"], float64(min(1, i%3)*min(1, (rows*length-1-i)/length)))
		v["x"], v["path"] = append(v["x"], wave(i), wave(2*i)), append(v["path"], wave(3*i), wave(4*i))
		v["labels"] = append(v["labels"], float64(i%2), float64(i/2%2), 1)
	}
	for i := range rows {
		v["age"] = append(v["age"], wave(i+7), wave(i+8))
	}
	for name, n := range widths {
		for i := range n {
			v["z "+name] = append(v["z "+name], 2*wave(i+len(name)))
		}
	}
	return v
}

// heads of the network, each with its shape; "" is the result.
var heads = map[string][]int{"": {rows, 3}, "age": {rows, 2}, "tags": {rows, length, 3}, "path": {rows, length * 2}, "labels": {rows, length, 3}, "x": {rows, length, 2}}

var widths = func() map[string]int {
	sizes := map[string]int{}
	for name, dims := range heads {
		sizes[name] = graph.Shape(dims...).Size()
	}
	return sizes
}()

// trace writes an objective into a new graph, whose heads are inputs.
func trace(o objective.Objective, s data.Spec) (*graph.Graph, objective.Terms, map[string]graph.Tensor, error) {
	o, err := o.Filled(s)
	if err != nil {
		return nil, objective.Terms{}, nil, err
	}
	g := graph.New()
	p := objective.Pass{Rows: rows, Spec: s, Heads: map[string]graph.Tensor{}, Fields: map[string]graph.Tensor{}, Plain: true}
	z := map[string]graph.Tensor{}
	for name, dims := range heads {
		z[name] = g.Input("z "+name, graph.Shape(dims...))
		p.Heads[name] = z[name]
	}
	p.Out = z[""]
	for _, f := range s.Fields() {
		t := graph.Shape(append([]int{rows}, f.Shape...)...)
		for _, goal := range o {
			if goal.Target == f.Name {
				t = goal.TargetType(f, rows, false)
			}
		}
		p.Fields[f.Name] = g.Input(f.Name, t)
	}
	terms := o.Trace(p)
	return g, terms, z, g.Err()
}

// The losses of one position, in plain float64.

func crossEntropy(z []float64, y float64) float64 {
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(v)
	}
	return math.Log(sum) - z[int(y)]
}

func squares(z, y []float64) float64 {
	sum := 0.0
	for i := range z {
		sum += (z[i] - y[i]) * (z[i] - y[i])
	}
	return sum / float64(len(z))
}

func binary(z, y []float64) float64 {
	sum := 0.0
	for i := range z {
		p := 1 / (1 + math.Exp(-z[i]))
		sum -= y[i]*math.Log(p) + (1-y[i])*math.Log(1-p)
	}
	return sum / float64(len(z))
}

// overPositions is the mean of the losses of a row's positions that count.
func overPositions(row int, counts func(i int) bool, l func(i int) float64) float64 {
	sum, n := 0.0, 0.0
	for p := range length {
		if i := row*length + p; counts(i) {
			sum += l(i)
			n++
		}
	}
	return sum / max(n, 1)
}

func part(list []float64, i, size int) []float64 { return list[i*size : (i+1)*size] }

// TestLosses: the losses of each row are those of plain sums, whatever the goal.
func TestLosses(t *testing.T) {
	v := values()
	all := func(int) bool { return true }
	masked := func(i int) bool { return v["mask"][i] == 1 }
	tags := func(i int) float64 { return crossEntropy(part(v["z tags"], i, 3), v["tags"][i]) }
	hasTag := func(i int) bool { return v["tags"][i] >= 0 }
	for _, tt := range []struct {
		name string
		of   objective.Objective
		want func(row int) float64
		size int // of the first prediction
	}{
		{"class", objective.For(spec, nil), func(r int) float64 { return crossEntropy(part(v["z "], r, 3), v["y"][r]) }, rows * 3},
		{"class of some rows", objective.Objective{{Task: data.Classification, Mask: "counts"}}, func(r int) float64 {
			return v["counts"][r] * crossEntropy(part(v["z "], r, 3), v["y"][r])
		}, rows * 3},
		{"numbers", objective.Objective{{Task: data.Regression, Output: "age", Target: "age"}}, func(r int) float64 {
			return squares(part(v["z age"], r, 2), part(v["age"], r, 2))
		}, rows * 2},
		{"numbers of positions", objective.Objective{{Task: data.Regression, Output: "path", Target: "path"}}, func(r int) float64 {
			return squares(part(v["z path"], r, 2*length), part(v["path"], r, 2*length))
		}, rows * length * 2},
		{"numbers of some positions", objective.Objective{{Task: data.Regression, Output: "x", Target: "path", Mask: "mask"}}, func(r int) float64 {
			return overPositions(r, masked, func(i int) float64 { return squares(part(v["z x"], i, 2), part(v["path"], i, 2)) })
		}, rows * length * 2},
		{"the input", objective.Objective{{Task: data.Regression, Output: "x", Target: "x"}}, func(r int) float64 {
			return squares(part(v["z x"], r, 2*length), part(v["x"], r, 2*length))
		}, rows * length * 2},
		{"classes of positions", objective.Objective{{Task: data.Classification, Output: "tags", Target: "tags"}}, func(r int) float64 {
			return overPositions(r, hasTag, tags)
		}, rows * length * 3},
		{"classes of some positions", objective.Objective{{Task: data.Classification, Output: "tags", Target: "tags", Mask: "mask"}}, func(r int) float64 {
			return overPositions(r, func(i int) bool { return hasTag(i) && masked(i) }, tags)
		}, rows * length * 3},
		{"classes of positions of some rows", objective.Objective{{Task: data.Classification, Output: "tags", Target: "tags", Mask: "counts"}}, func(r int) float64 {
			return v["counts"][r] * overPositions(r, hasTag, tags)
		}, rows * length * 3},
		{"labels of positions", objective.Objective{{Task: data.MultiLabel, Output: "labels", Target: "labels"}}, func(r int) float64 {
			return overPositions(r, all, func(i int) float64 { return binary(part(v["z labels"], i, 3), part(v["labels"], i, 3)) })
		}, rows * length * 3},
		{"labels of some positions", objective.Objective{{Task: data.MultiLabel, Output: "labels", Target: "labels", Mask: "mask"}}, func(r int) float64 {
			return overPositions(r, masked, func(i int) float64 { return binary(part(v["z labels"], i, 3), part(v["labels"], i, 3)) })
		}, rows * length * 3},
		{"several", objective.Objective{
			{Task: data.Classification},
			{Task: data.Regression, Output: "age", Target: "age", Loss: loss.MAE{}, Weight: 0.25},
		}, func(r int) float64 {
			z, y := part(v["z age"], r, 2), part(v["age"], r, 2)
			return crossEntropy(part(v["z "], r, 3), v["y"][r]) + 0.25*(math.Abs(z[0]-y[0])+math.Abs(z[1]-y[1]))/2
		}, rows * 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, terms, _, err := trace(tt.of, spec)
			if err != nil {
				t.Fatal(err)
			}
			if terms.Plain.Valid() || len(terms.Predictions) != len(tt.of) || terms.Predictions[0].Type().Size() != tt.size {
				t.Errorf("plain %v, predictions %v, want %d values", terms.Plain.Valid(), terms.Predictions, tt.size)
			}
			env := engine.Env{Values: v}
			double, err := engine.Eval64(env, terms.Losses)
			if err != nil {
				t.Fatal(err)
			}
			single, err := engine.Eval(env, terms.Losses)
			if err != nil {
				t.Fatal(err)
			}
			for r := range rows {
				want := tt.want(r)
				if math.Abs(double[0][r]-want) > 1e-7*(1+want) || math.Abs(float64(single[0][r])-want) > 1e-6*(1+want) { // 1/3 and 1/10 are float32 in both; measured: 5e-8, 4e-7
					t.Errorf("row %d: %v, in float32 %v, by hand %v", r, double[0][r], single[0][r], want)
				}
			}
		})
	}
}

// TestMaskedGradient: what does not count has no influence, and what counts has.
func TestMaskedGradient(t *testing.T) {
	v := values()
	for _, tt := range []struct {
		goal   objective.Goal
		counts func(position int) bool
	}{
		{objective.Goal{Task: data.Classification, Output: "tags", Target: "tags", Mask: "mask"}, func(i int) bool { return v["mask"][i] == 1 && v["tags"][i] >= 0 }},
		{objective.Goal{Task: data.Classification, Output: "tags", Target: "tags", Mask: "counts"}, func(i int) bool { return v["counts"][i/length] == 1 && v["tags"][i] >= 0 }},
		{objective.Goal{Task: data.Regression, Output: "x", Target: "path", Mask: "mask"}, func(i int) bool { return v["mask"][i] == 1 }},
		{objective.Goal{Task: data.MultiLabel, Output: "labels", Target: "labels", Mask: "mask"}, func(i int) bool { return v["mask"][i] == 1 }},
	} {
		_, terms, z, err := trace(objective.Objective{tt.goal}, spec)
		if err != nil {
			t.Fatal(err)
		}
		head := z[tt.goal.Output]
		dz := graph.Gradient(terms.Losses.Mean(), head)[0]
		got, err := engine.Eval(engine.Env{Values: v}, dz)
		if err != nil {
			t.Fatal(err)
		}
		width := len(got[0]) / (rows * length)
		for i, d := range got[0] {
			if (d != 0) != tt.counts(i/width) {
				t.Errorf("%s with %s: position %d, gradient %v", tt.goal.Target, tt.goal.Mask, i/width, d)
			}
		}
		if err := engine.CheckGradient(engine.Env{Values: v}, terms.Losses, head); err != nil {
			t.Error(err)
		}
	}
}

// TestPlain leaves out what only training is meant to feel.
func TestPlain(t *testing.T) {
	o := objective.Objective{
		{Task: data.Classification, Loss: loss.CrossEntropy{LabelSmoothing: 0.2, ClassWeights: []float64{1, 2, 3}}},
		{Task: data.Regression, Output: "age", Target: "age"},
	}
	_, terms, _, err := trace(o, spec)
	if err != nil {
		t.Fatal(err)
	}
	v := values()
	got, err := engine.Eval64(engine.Env{Values: v}, terms.Plain, terms.Losses)
	if err != nil {
		t.Fatal(err)
	}
	for r := range rows {
		want := crossEntropy(part(v["z "], r, 3), v["y"][r]) + squares(part(v["z age"], r, 2), part(v["age"], r, 2))
		if math.Abs(got[0][r]-want) > 1e-12 || got[0][r] == got[1][r] {
			t.Errorf("row %d: %v, by hand %v, in training %v", r, got[0][r], want, got[1][r])
		}
	}
}

// TestErrors: each names the goal, the field, and the shapes.
func TestErrors(t *testing.T) {
	class := objective.Goal{Task: data.Classification}
	for _, tt := range []struct {
		of   objective.Objective
		want []string
	}{
		{objective.Objective{}, []string{"there is no goal"}},
		{objective.Objective{{}}, []string{`goal "y"`, "Task is none of"}},
		{objective.Objective{{Task: data.Classification, Weight: -1}}, []string{`goal "y"`, "weight is -1"}},
		{objective.Objective{{Task: data.Classification, Weight: math.Inf(1)}}, []string{"weight is +Inf"}},
		{objective.Objective{class, class}, []string{`two goals are called "y"`, "Name"}},
		{objective.Objective{{Task: data.Regression, Target: "agee"}}, []string{`goal "agee"`, `no field "agee"`, `"age"`, "tags"}},
		{objective.Objective{{Task: data.Regression}}, []string{`its target "y" is of kind class; it must be numbers`}},
		{objective.Objective{{Task: data.Classification, Target: "age"}}, []string{`goal "age"`, "is of kind numbers; it must be class"}},
		{objective.Objective{{Task: data.MultiLabel, Target: "age"}}, []string{`"age" has no Names`}},
		{objective.Objective{{Task: data.Classification, Target: "tags", Mask: "masks"}}, []string{`no field "masks"`}},
		{objective.Objective{{Task: data.Classification, Mask: "mask"}}, []string{`mask "mask" has shape [5]`, `positions of "y" are []`}},
		{objective.Objective{{Task: data.Classification, Target: "tags", Output: "tags", Loss: loss.Huber{}}}, []string{`goal "tags"`, "Huber{Delta: 1}"}},
		{objective.Objective{{Task: data.Classification, Output: "tagz"}}, []string{`goal "y"`, `"tagz"`, "age, labels, path, tags, x"}},
		{objective.Objective{{Task: data.Regression, Output: "age", Target: "path"}}, []string{`goal "path"`, "[4 2]", "10 targets", "[4 10]"}},
		{objective.Objective{{Task: data.Classification, Output: "path", Target: "tags"}}, []string{`goal "tags"`, "[4 10]", "3 classes", "[20 3]"}},
	} {
		_, _, _, err := trace(tt.of, spec)
		for _, want := range tt.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one that says %q", err, want)
			}
		}
	}
}

// TestJSON reads what was written, losses and all.
func TestJSON(t *testing.T) {
	for _, o := range []objective.Objective{
		objective.For(spec, nil),
		{{Name: "n", Task: data.Regression, Loss: loss.Huber{Delta: 0.5}, Output: "age", Target: "age", Mask: "counts", Weight: 0.1}},
		{{Task: data.Classification, Loss: loss.CrossEntropy{LabelSmoothing: 0.1, ClassWeights: []float64{1, 2, 3}}}, {Task: data.MultiLabel, Target: "labels"}},
	} {
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var read objective.Objective
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(read, o) {
			t.Errorf("%+v was written, %+v read from %s", o, read, text)
		}
	}
	own := objective.Goal{Task: data.Regression, Loss: loss.Func(func(z, y graph.Tensor) graph.Tensor { return z.Sub(y).Square().Mean(1) })}
	text, err := json.Marshal(own)
	if err == nil {
		err = json.Unmarshal(text, new(objective.Goal))
	}
	if err == nil {
		t.Error("a loss of one's own was read from", string(text))
	}
	for _, text := range []string{`{"task":"classify"}`, `{"task":3}`, `{"task":"regression","loss":{"type":"none"}}`} {
		if err := json.Unmarshal([]byte(text), new(objective.Goal)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

// TestNames, and what the usual objective is.
func TestNames(t *testing.T) {
	o := objective.Objective{{Target: data.Y}, {Name: "years", Target: "age"}, {Target: "tags", Mask: "mask"}}
	if got := fmt.Sprint(o.Names(), o.Fields()); got != "[y years tags] [y age tags mask]" {
		t.Error(got)
	}
	for _, tt := range []struct {
		of   objective.Objective
		want bool
	}{
		{objective.For(spec, nil), true},
		{objective.For(spec, loss.CrossEntropy{LabelSmoothing: 0.1}), true},
		{objective.Objective{{Task: data.Classification, Output: "tags"}}, false},
		{objective.Objective{{Task: data.Classification, Weight: 2}}, false},
		{objective.Objective{{Task: data.Classification, Name: "digit"}}, false},
		{objective.Objective{{Task: data.Classification}, {Task: data.Regression, Target: "age"}}, false},
	} {
		filled, err := tt.of.Filled(spec)
		if err != nil {
			t.Fatal(err)
		}
		if filled.Usual(spec) != tt.want {
			t.Errorf("%+v: usual is %t", tt.of, !tt.want)
		}
	}
}

// TestNoTarget: a text that is not cut says so.
func TestNoTarget(t *testing.T) {
	s := data.Spec{Name: "input.txt", Input: []int{64}, Unlabeled: true}
	if _, err := objective.For(s, nil).Filled(s); err == nil || !strings.Contains(err.Error(), `"input.txt" have no target to train for; those of a text have one when data.Split has cut it`) {
		t.Errorf("error %v", err)
	}
}
