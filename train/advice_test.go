package train_test

import (
	"testing"

	"descent/data"
	"descent/graph"
	"descent/loss"
	"descent/nn"
	"descent/optim"
	"descent/train"
)

// TestAdvice follows what errors advise: it helps.
func TestAdvice(t *testing.T) {
	images := func(shape ...int) data.Source {
		size := 1
		for _, d := range shape {
			size *= d
		}
		x, labels := make([][]float32, 8), make([]int, 8)
		for i := range x {
			x[i], labels[i] = make([]float32, size), i%2
			x[i][i%size] = 1
		}
		flat, err := data.FromClasses(x, labels, []string{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		s, err := data.Reshape(flat, shape...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	flat, square, small := images(16), images(4, 4), images(2, 2, 1)
	number, _, _ := line(t, 8, 3)
	type try struct {
		net nn.Layer
		cfg train.Config
	}
	seq := func(layers ...nn.Layer) nn.Layer { return nn.Sequential(layers) }
	two, one := nn.Dense{Units: 2}, nn.Dense{Units: 1}
	conv := func(kernel int, p nn.Padding) nn.Layer {
		return nn.Conv2D{Filters: 2, Kernel: nn.Square(kernel), Padding: p}
	}
	wide := nn.Residual{Layers: nn.Sequential{nn.Conv2D{Filters: 2, Kernel: nn.Square(1)}}}
	short := wide
	short.Shortcut = nn.Conv2D{Filters: 2, Kernel: nn.Square(1)}
	fold := func(f func(x graph.Tensor) graph.Tensor) train.Config {
		return train.Config{Loss: loss.Func(func(z, y graph.Tensor) graph.Tensor { return f(z.Sub(y).Square()) })}
	}
	lbfgs := train.Config{Optimizer: optim.NewLBFGS()}
	for _, tt := range []struct {
		says   string
		source data.Source
		wrong  try
		right  []try
	}{
		{"put nn.Flatten{} before its layers", square, try{net: two}, []try{{net: seq(nn.Flatten{}, two)}}},
		{"put nn.EnsureChannels{} before it", square, try{net: seq(conv(3, nn.Same), nn.Flatten{}, two)}, []try{{net: seq(nn.EnsureChannels{}, conv(3, nn.Same), nn.Flatten{}, two)}}},
		{"put nn.Reshape{Dims: []int{h, w, channels}} before it", flat, try{net: seq(conv(3, nn.Same), nn.Flatten{}, two)},
			[]try{{net: seq(nn.Reshape{Dims: []int{4, 4, 1}}, conv(3, nn.Same), nn.Flatten{}, two)}}},
		{"use a smaller one", small, try{net: seq(conv(3, nn.Valid), nn.Flatten{}, two)},
			[]try{{net: seq(conv(2, nn.Valid), nn.Flatten{}, two)}, {net: seq(conv(3, nn.Same), nn.Flatten{}, two)}}},
		{"use fewer or smaller poolings", small, try{net: seq(nn.MaxPool{}, nn.MaxPool{}, nn.Flatten{}, two)},
			[]try{{net: seq(nn.MaxPool{}, nn.Flatten{}, two)}, {net: seq(nn.MaxPool{}, nn.MaxPool{Padding: nn.Same}, nn.Flatten{}, two)}}},
		{"give a Shortcut", small, try{net: seq(wide, nn.Flatten{}, two)}, []try{{net: seq(short, nn.Flatten{}, two)}}},
		{"give its last layer 1 unit", flat, try{two, train.Config{Loss: loss.BinaryCrossEntropy{}}}, []try{{one, train.Config{Loss: loss.BinaryCrossEntropy{}}}}},
		{"Mean(1) or Sum(1)", number, try{one, fold(func(x graph.Tensor) graph.Tensor { return x })},
			[]try{{one, fold(func(x graph.Tensor) graph.Tensor { return x.Mean(1) })}, {one, fold(func(x graph.Tensor) graph.Tensor { return x.Sum(1) })}}},
		{"Huber{Delta: 1}", number, try{one, train.Config{Loss: loss.Huber{}}}, []try{{one, train.Config{Loss: loss.Huber{Delta: 1}}}}},
		{"at least 2 rows a batch, or use nn.LayerNorm{}", number, try{seq(nn.BatchNorm{}, one), train.Config{BatchSize: 1}},
			[]try{{seq(nn.BatchNorm{}, one), train.Config{BatchSize: 2}}, {seq(nn.LayerNorm{}, one), train.Config{BatchSize: 1}}}},
		{"make it All", number, try{one, lbfgs}, []try{{one, train.Config{Optimizer: lbfgs.Optimizer, BatchSize: train.All}}}},
		{"leave dropout out", number, try{seq(nn.Dropout{Rate: 0.5}, one), train.Config{Optimizer: lbfgs.Optimizer, BatchSize: train.All}},
			[]try{{one, train.Config{Optimizer: lbfgs.Optimizer, BatchSize: train.All}}}},
		{"set Checkpoints.Folder", number, try{one, train.Config{OnNonfinite: train.Rewind}},
			[]try{{one, train.Config{OnNonfinite: train.Rewind, Checkpoints: train.Checkpoints{Folder: t.TempDir()}}}}},
	} {
		_, err := train.New(tt.wrong.net, tt.source.Spec(), tt.wrong.cfg)
		says(t, err, tt.says)
		for i, right := range tt.right {
			right.cfg.Epochs = 1
			trainer, err := train.New(right.net, tt.source.Spec(), right.cfg)
			if err == nil {
				_, err = trainer.Fit(background, tt.source, nil)
				trainer.Close()
			}
			if err != nil {
				t.Errorf("%q, way %d: %v", tt.says, i, err)
			}
		}
	}
}
