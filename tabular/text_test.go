package tabular_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/data"
	"descent/model"
	"descent/nn"
	"descent/nn/initial"
	"descent/optim"
	"descent/tabular"
	"descent/train"
)

// spoken is a table of texts that say what the target is, in words among others.
func spoken(t testing.TB, rows int, target string, drop ...string) data.Parts {
	t.Helper()
	words := []string{"great", "dull", "strange"}
	things := strings.Fields("film story cast music ending plot camera scene light sound")
	var b strings.Builder
	b.WriteString("review,title,stars,mood,price\n")
	for i := range rows {
		k := i * 7 % 3
		fmt.Fprintf(&b, "the %s and its %s are %s like no %s of %d,a %s about the %s %d,%d.5,%s,%d\n", things[i%10], things[i*3%7], words[k], things[i%9], i%83,
			things[i%7], things[i%3], i%71, i*i%11, []string{"good", "bad", "odd"}[k], 10*k+i%2)
	}
	drop = append(drop, slices.DeleteFunc([]string{"mood", "price"}, func(name string) bool { return name == target })...)
	source, err := data.ReadCSV(strings.NewReader(b.String()), "spoken.csv", data.CSVConfig{Targets: []string{target}, Drop: drop, Text: []string{"auto"}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := data.Split(source, data.SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

// TestTexts: each kind of network learns from texts, alone, several of them, and beside
// numbers; a model that was saved says the same of raw rows.
func TestTexts(t *testing.T) {
	for _, c := range []struct {
		name, target string
		drop         []string
		change       func(*tabular.Recipe)
		all          bool // there is nothing else
	}{
		{"alone", "mood", []string{"title", "stars"}, nil, true},
		{"two", "mood", []string{"stars"}, nil, true},
		{"beside numbers", "mood", []string{"title"}, func(r *tabular.Recipe) { r.Hidden, r.Epochs = []int{16}, 10 }, false},
		{"one network", "mood", nil, func(r *tabular.Recipe) { r.Hidden, r.Epochs, r.Networks = []int{16}, 10, 1 }, false},
		{"shared weights", "mood", nil, func(r *tabular.Recipe) {
			r.Hidden, r.Epochs, r.Networks, r.Members = []int{16}, 10, 0, 3
		}, false},
		{"numbers", "price", nil, func(r *tabular.Recipe) { r.Hidden, r.Epochs = []int{16}, 20 }, false},
		{"numbers alone", "price", []string{"stars"}, nil, true},
	} {
		parts := spoken(t, 600, c.target, c.drop...)
		spec := parts.Train.Spec()
		if some, all := tabular.HasText(spec); !some || all != c.all {
			t.Errorf("%s: has text %v, and nothing else %v", c.name, some, all)
		}
		table := measured(t, parts.Train)
		r := table.Recipe()
		if c.change != nil {
			c.change(&r)
		}
		m := trainAs(t, c.name, table, r, parts)
		report, err := m.Evaluate(context.Background(), parts.Test)
		if err != nil {
			t.Fatal(err)
		}
		score, least := "accuracy", 0.95
		if c.target == "price" {
			score, least = "r2", 0.8
		}
		if got := report.Score(score); got < least {
			t.Errorf("%s: %s is %v, want %v", c.name, score, got, least)
		}
		net, err := table.Network(r)
		if err != nil {
			t.Fatal(err)
		}
		if words := strings.Join(tabular.Words(spec, net), "\n"); !strings.Contains(words, "in n-grams of words and characters") || strings.Contains(words, "1 number") == c.all {
			t.Errorf("%s: the words are %s", c.name, words)
		}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		back, err := model.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]any{"review": "A GREAT thing, never seen", "title": "", "stars": 3}
		want, err := m.PredictRow(context.Background(), row)
		if err != nil {
			t.Fatal(err)
		}
		got, err := back.PredictRow(context.Background(), row)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: the saved model says %v of a row, want %v (%v)", c.name, got, want, err)
		}
		if class, _ := got.Class(); c.target == "mood" && class != "good" {
			t.Errorf("%s: a great thing is %q", c.name, class)
		}
	}
}

// TestTextStrengths compares the strengths of n-grams with those of classes that are
// counted by hand.
func TestTextStrengths(t *testing.T) {
	parts := spoken(t, 600, "mood", "title", "stars")
	table := measured(t, parts.Train)
	net, err := table.Network(table.Recipe())
	if err != nil {
		t.Fatal(err)
	}
	bag := net[1].(nn.EmbeddingBag)
	got := make([]float32, bag.Size)
	bag.Strength.Fill(got, []int{bag.Size, 1}, initial.Key{})
	n, size := parts.Train.Len(), parts.Train.Spec().Size()
	x, y := make([]float32, n*size), make([]float32, n)
	if err := parts.Train.Read(data.Order(n, 0, 0), x, y); err != nil {
		t.Fatal(err)
	}
	with, all := make([][3]float64, bag.Size), [3]float64{}
	for row := range n {
		all[int(y[row])]++
		for _, gram := range x[row*size : row*size+size/2] {
			if gram >= 0 {
				with[int(gram)][int(y[row])]++
			}
		}
	}
	for gram, counts := range with {
		rows, most := counts[0]+counts[1]+counts[2], 0.0
		for k := range counts {
			pi := (all[k] + 1) / float64(n+2)
			most = max(most, math.Abs(math.Log((counts[k]+2*pi)/(rows-counts[k]+2-2*pi)*(1-pi)/pi)))
		}
		if math.Abs(float64(got[gram])-math.Sqrt(most)) > 1e-3 {
			t.Fatalf("n-gram %d of %v rows has strength %v, want %v", gram, counts, got[gram], most)
		}
	}
}

// TestWithText: any network of the other columns is added to.
func TestWithText(t *testing.T) {
	parts := spoken(t, 300, "mood")
	table := measured(t, parts.Train)
	net := table.WithText(nn.MLP([]int{8}, 3, nn.ReLU, 0, nil), 3)
	cfg := train.Config{Epochs: 5, BatchSize: 32, Groups: table.TextGroups(0.001, 5*7)}
	trainer, err := train.New(net, parts.Train.Spec(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Evaluate(context.Background(), parts.Test)
	if err != nil || report.Score("accuracy") < 0.9 {
		t.Errorf("accuracy %v, %v", report.Score("accuracy"), err)
	}
	plain := shop(t, 300, "cheap")
	if net := measured(t, plain.Train).WithText(nn.Sequential{nn.Flatten{}}, 2); len(net) != 1 {
		t.Errorf("a table without text has the network %v", net)
	}
}

// TestWithAttention: vectors and attention learn what a linear model of n-grams does, and
// say so.
func TestWithAttention(t *testing.T) {
	parts := spoken(t, 300, "mood")
	table := measured(t, parts.Train)
	net := table.WithAttention(nn.MLP([]int{8}, 3, nn.ReLU, 0, nil), 16, 3, 0.1)
	trainer, err := train.New(net, parts.Train.Spec(), train.Config{Optimizer: optim.NewAdam(), LearningRate: 0.01, Epochs: 8, BatchSize: 32})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		t.Fatal(err)
	}
	report, err := m.Evaluate(context.Background(), parts.Test)
	if err != nil || report.Score("accuracy") < 0.9 {
		t.Errorf("accuracy %v, %v", report.Score("accuracy"), err)
	}
	words := strings.Join(tabular.Words(parts.Train.Spec(), net), "\n")
	if !strings.Contains(words, "each with a learned vector of 16 numbers and attention") {
		t.Errorf("the network is told as %q", words)
	}
}
