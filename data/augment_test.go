package data

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"descent/data/augment"
	"descent/data/images"
)

var everything = augment.Config{
	Crop: 2, Flip: true, VFlip: true, Shift: 0.1, Rotate: 20, Scale: 0.2,
	Brightness: 0.3, Contrast: 0.4, Saturation: 0.5, Cutout: 3, Mixup: 0.4, CutMix: 1,
}

// rowsOf collects the varied rows of an epoch by their numbers.

func rowsOf(t *testing.T, s Source, cfg BatchConfig) map[int][]float32 {
	t.Helper()
	size := s.Spec().Size()
	rows := make(map[int][]float32)
	for b, err := range Batches(context.Background(), s, cfg) {
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range b.Rows {
			v := append([]float32{b.Y[i]}, b.X[i*size:(i+1)*size]...)
			if b.Soft != nil {
				v = append(v, b.Soft[i*5:(i+1)*5]...)
			}
			rows[row] = v
		}
	}
	return rows
}

func TestAugmentIsAFunctionOfSeedEpochAndRow(t *testing.T) {
	s := speckled(t, 103, 6, 5, 3)
	base := BatchConfig{Size: 10, Augment: everything, Seed: 1, Epoch: 2}
	want := rowsOf(t, s, base)
	for name, change := range map[string]func(*BatchConfig){
		"size":    func(c *BatchConfig) { c.Size = 7 },
		"workers": func(c *BatchConfig) { c.Workers = 4 },
		"ahead":   func(c *BatchConfig) { c.Workers, c.Ahead = 3, 1 },
		"order":   func(c *BatchConfig) { c.Order = Order(103, 9, 9) },
	} {
		cfg := base
		change(&cfg)
		if !reflect.DeepEqual(rowsOf(t, s, cfg), want) {
			t.Errorf("%s changes rows", name)
		}
	}
	some := base
	some.Order = []int{50, 3}
	if got := rowsOf(t, s, some); !reflect.DeepEqual(got[50], want[50]) || !reflect.DeepEqual(got[3], want[3]) {
		t.Error("rows alone differ from rows among others")
	}
	if view := rowsOf(t, Subset(s, natural(103)), base); !reflect.DeepEqual(view, want) {
		t.Error("a view of all rows differs")
	}
	for name, change := range map[string]func(*BatchConfig){
		"seed":  func(c *BatchConfig) { c.Seed++ },
		"epoch": func(c *BatchConfig) { c.Epoch++ },
	} {
		cfg := base
		change(&cfg)
		same := 0
		for row, v := range rowsOf(t, s, cfg) {
			if reflect.DeepEqual(v, want[row]) {
				same++
			}
		}
		if same > 0 {
			t.Errorf("another %s leaves %d rows as they were", name, same)
		}
	}
}

func TestAugmentErrors(t *testing.T) {
	image, row := speckled(t, 4, 2, 2, 1), numbers(t, 4)
	regression, err := Reshape(row, 1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		s    Source
		a    augment.Config
		want string
	}{
		{row, augment.Config{Flip: true}, "only images [height width channels]"},
		{image, augment.Config{Saturation: 0.1}, "saturation needs 3 channels"},
		{image, augment.Config{Crop: -1}, "crop is -1"},
		{regression, augment.Config{Mixup: 1}, "mix classes"},
	} {
		for _, err := range Batches(context.Background(), test.s, BatchConfig{Size: 2, Augment: test.a}) {
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v: %v, want %q", test.a, err, test.want)
			}
		}
	}
	s, err := Reshape(failingRow{3}, 1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range Batches(context.Background(), s, BatchConfig{Size: 1, Augment: augment.Config{Mixup: 1}, Order: []int{0, 1, 2}, Seed: 1}) {
		if err != nil {
			if !strings.Contains(err.Error(), "to mix with rows [3]: row 3 is gone") {
				t.Error(err)
			}
			return
		}
	}
	t.Error("no row is mixed with the one that cannot be read")
}

// failingRow is a user's source of 4 rows, one of which cannot be read.

type failingRow struct{ row int }

func (failingRow) Spec() Spec {
	return Spec{Input: []int{1}, Task: Classification, Classes: []string{"a", "b"}, Targets: []string{"y"}}
}

func (failingRow) Len() int { return 4 }

func (f failingRow) Read(rows []int, x, y []float32) error {
	clear(x)
	clear(y)
	for _, r := range rows {
		if r == f.row {
			return fmt.Errorf("row %d is gone", r)
		}
	}
	return nil
}

func TestAugmentDoesNotAllocate(t *testing.T) {
	s := speckled(t, 50, 8, 8, 3)
	order := make([]int, 20000)
	for i := range order {
		order[i] = i % 50
	}
	var start, end runtime.MemStats
	n := 0
	for _, err := range Batches(context.Background(), s, BatchConfig{Size: 10, Order: order, Augment: everything, Workers: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		switch n++; n {
		case 100:
			runtime.ReadMemStats(&start)
		case 1900:
			runtime.ReadMemStats(&end)
		}
	}
	if got := end.Mallocs - start.Mallocs; got > 90 { // the runtime's own, of 1,800 batches
		t.Errorf("%d allocations in 1,800 batches", got)
	}
}

// BenchmarkAugment is one row of CIFAR-10's size.

func BenchmarkAugment(b *testing.B) {
	set := newImages("bench", &images.Set{Shape: []int{32, 32, 3}, Pixels: make([]byte, 64*32*32*3), Class: make([]int32, 64), Classes: numbered(10)})
	for i := range set.Pixels {
		set.Pixels[i] = byte(i * 7)
	}
	e, err := set.Fit(natural(64))
	if err != nil {
		b.Fatal(err)
	}
	s, err := set.Encode(e)
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"none", "crop:4,flip", "crop:4,flip,cutout:8", "rotate:15,scale:0.1", "brightness:0.2,contrast:0.2,saturation:0.2", "crop:4,flip,mixup:0.2", "crop:4,flip,cutmix:1"} {
		a, err := augment.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			order := make([]int, b.N)
			for i := range order {
				order[i] = i % 64
			}
			for _, err := range Batches(context.Background(), s, BatchConfig{Size: 64, Order: order, Augment: a}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
