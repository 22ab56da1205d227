package train_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"descent/data"
	"descent/nn"
	"descent/train"
)

// normed is a network that cannot train on a single row.
func normed(outputs int) nn.Layer {
	return nn.Sequential{nn.Dense{Units: 6}, nn.BatchNorm{}, nn.Dense{Units: outputs}}
}

// TestRowLeftOver: a single row joins the batch before it where the network
// cannot train on it alone, in batches and in their parts, and else it stays.
func TestRowLeftOver(t *testing.T) {
	plain := nn.MLP([]int{4}, 1, nn.ReLU, 0, nil)
	for _, tt := range []struct {
		name  string
		net   nn.Layer
		n     int
		cfg   train.Config
		wants []int // rows of each update
	}{
		{"joins", normed(1), 9, train.Config{BatchSize: 4}, []int{4, 5}},
		{"two stay", normed(1), 10, train.Config{BatchSize: 4}, []int{4, 4, 2}},
		{"all but one", normed(1), 9, train.Config{BatchSize: 8}, []int{9}},
		{"even", normed(1), 8, train.Config{BatchSize: 4}, []int{4, 4}},
		{"two rows a batch", normed(1), 7, train.Config{BatchSize: 2}, []int{2, 2, 3}},
		{"in parts", normed(1), 9, train.Config{BatchSize: 9, MicroBatch: 4}, []int{9}},
		{"parts of a joined batch", normed(1), 13, train.Config{BatchSize: 6, MicroBatch: 3}, []int{6, 7}},
		{"whole set in parts", normed(1), 9, train.Config{BatchSize: train.All, MicroBatch: 4}, []int{9}},
		{"with SAM", normed(1), 9, train.Config{BatchSize: 4, SAM: 0.05}, []int{4, 5}},
		{"no normalization", plain, 9, train.Config{BatchSize: 4}, []int{4, 4, 1}},
		{"batches of one", plain, 3, train.Config{BatchSize: 1}, []int{1, 1, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source, _, _ := line(t, tt.n, 3)
			tt.cfg.Epochs = 2
			trainer := newTrainer(t, tt.net, source.Spec(), tt.cfg)
			var got []int
			for _, s := range steps(t, trainer, source)[:len(tt.wants)] {
				got = append(got, s.Rows)
			}
			if !slices.Equal(got, tt.wants) || trainer.Updates() != 2*len(tt.wants) {
				t.Errorf("updates of %v rows, want %v; %d in all", got, tt.wants, trainer.Updates())
			}
			if n, err := tt.cfg.Updates(tt.net, source.Spec(), tt.n); err != nil || n != len(tt.wants) {
				t.Errorf("Updates says %d, %v", n, err)
			}
		})
	}
}

// TestSingleRow: where there is no batch to train on, that is said before the
// first update; and what the error of BatchNorm advises helps.
func TestSingleRow(t *testing.T) {
	for _, tt := range []struct {
		rows, batch int
		says        []string
	}{
		{1, 32, []string{"training set has a single row", "1.batchnorm"}},
		{1, train.All, []string{"training set has a single row", "1.batchnorm"}},
		{8, 1, []string{"1.batchnorm", "one value a channel"}},
	} {
		source, _, _ := line(t, 8, 3)
		source = data.Subset(source, []int{0, 1, 2, 3, 4, 5, 6, 7}[:tt.rows])
		cfg := train.Config{BatchSize: tt.batch, Epochs: 1}
		_, err := cfg.Updates(normed(1), source.Spec(), tt.rows)
		says(t, err, "1.batchnorm", "single row")
		trainer, err := train.New(normed(1), source.Spec(), cfg)
		if err == nil {
			defer trainer.Close()
			_, err = trainer.Fit(background, source, nil)
		}
		says(t, err, tt.says...)
		if !errors.Is(err, nn.ErrOneValue) {
			t.Errorf("%v does not wrap ErrOneValue", err)
		}
	}
	source, _, _ := line(t, 9, 3)
	_, err := train.New(normed(1), source.Spec(), train.Config{BatchSize: 1})
	says(t, err, "at least 2 rows a batch", "nn.LayerNorm{}")
	for name, advice := range map[string]func() (nn.Layer, int){
		"2 rows a batch": func() (nn.Layer, int) { return normed(1), 2 },
		"nn.LayerNorm{}": func() (nn.Layer, int) {
			return nn.Sequential{nn.Dense{Units: 6}, nn.LayerNorm{}, nn.Dense{Units: 1}}, 1
		},
	} {
		net, batch := advice()
		trainer := newTrainer(t, net, source.Spec(), train.Config{BatchSize: batch, Epochs: 1})
		if _, err := trainer.Fit(background, source, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRowLeftOverResumes: a run goes on from any update to the same bits.
func TestRowLeftOverResumes(t *testing.T) {
	source, _, _ := line(t, 9, 3)
	for _, cfg := range []train.Config{{BatchSize: 4, Epochs: 3, Seed: 2}, {BatchSize: 8, MicroBatch: 3, Epochs: 3, Seed: 2}} {
		whole := newTrainer(t, normed(1), source.Spec(), cfg)
		all := steps(t, whole, source)
		for stop := 1; stop < len(all); stop++ {
			path := t.TempDir() + fmt.Sprintf("/%d.safetensors", stop)
			first := newTrainer(t, normed(1), source.Spec(), cfg)
			for s, err := range first.Steps(background, source) {
				if err != nil {
					t.Fatal(err)
				}
				if s.Update == stop {
					if err := first.SaveCheckpoint(path); err != nil {
						t.Fatal(err)
					}
					break
				}
			}
			second := newTrainer(t, normed(1), source.Spec(), cfg)
			if err := second.Resume(path); err != nil {
				t.Fatal(err)
			}
			steps(t, second, source)
			if second.Model().SHA256() != whole.Model().SHA256() {
				t.Errorf("resumed after update %d: other bits", stop)
			}
		}
	}
}

// TestLeftOverRowWithFields: a normalization behind fields beside x is found, too.
func TestLeftOverRowWithFields(t *testing.T) {
	spec := data.Spec{Input: []int{2}, Task: data.Regression, Targets: []string{"y"}, More: []data.Field{{Name: "row", Shape: []int{1}}}}
	values := map[string][]float32{}
	for i := range 9 {
		v := float32(i)
		values["x"], values["row"], values["y"] = append(values["x"], v, 1), append(values["row"], v*v), append(values["y"], v/3)
	}
	source, err := data.FromFields(spec, values)
	if err != nil {
		t.Fatal(err)
	}
	net := nn.Sequential{nn.Join{Field: "row"}, nn.BatchNorm{}, nn.Dense{Units: 1}}
	var got []int
	for _, s := range steps(t, newTrainer(t, net, spec, train.Config{BatchSize: 4, Epochs: 1}), source) {
		got = append(got, s.Rows)
	}
	if want := []int{4, 5}; !slices.Equal(got, want) {
		t.Errorf("updates of %v rows, want %v", got, want)
	}
}
