package data

import (
	"context"
	"math"
	"testing"

	"descent/data/augment"
)

// The bounds are 5 standard errors; the seed is fixed.

// plainSet has row r of constant value r and class r.

func plainSet(t *testing.T, n, h, w int) Source {
	t.Helper()
	x, labels := make([][]float32, n), make([]int, n)
	for i := range x {
		x[i] = make([]float32, h*w)
		for j := range x[i] {
			x[i][j] = float32(i)
		}
		labels[i] = i
	}
	s, err := FromClasses(x, labels, nil)
	if err == nil {
		s, err = Reshape(s, h, w, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMixing(t *testing.T) {
	const n, h, w = 40, 6, 8
	s := plainSet(t, n, h, w)
	for _, text := range []string{"mixup:1", "cutmix:1", "mixup:0.3,cutmix:1"} {
		a, err := augment.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		partners, cuts, total := make(map[int]int), 0, 0
		keeps := 0.0
		for epoch := range 50 {
			for b, err := range Batches(context.Background(), s, BatchConfig{Size: 16, Augment: a, Epoch: epoch}) {
				if err != nil {
					t.Fatal(err)
				}
				for i, row := range b.Rows {
					x, soft := b.X[i*h*w:(i+1)*h*w], b.Soft[i*n:(i+1)*n]
					sum, other := float32(0), row
					for c, p := range soft {
						sum += p
						if p != 0 && c != row {
							other = c
						}
					}
					if math.Abs(float64(sum)-1) > 1e-6 || b.Y[i] != float32(row) {
						t.Fatalf("%s: row %d: parts add up to %v, label %v", text, row, sum, b.Y[i])
					}
					partners[other]++
					keep, mixed, cut := soft[row], 0, true
					keeps += float64(keep)
					total++
					for _, v := range x {
						switch {
						case v == float32(row):
						case v == float32(other):
							mixed++
						default:
							cut = false
							want := float64(keep)*float64(row) + (1-float64(keep))*float64(other)
							if math.Abs(float64(v)-want) > 1e-5*n {
								t.Fatalf("%s: row %d with %d: %v, want %v", text, row, other, v, want)
							}
						}
					}
					if cut {
						cuts++
						if got := 1 - float64(mixed)/(h*w); other != row && math.Abs(got-float64(keep)) > 1e-6 {
							t.Fatalf("%s: row %d keeps %v of the image and %v of its class", text, row, got, keep)
						}
					}
				}
			}
		}
		if len(partners) != n {
			t.Errorf("%s: partners %v", text, partners)
		}
		share := float64(cuts) / float64(total)
		want := map[string][2]float64{"mixup:1": {0, 0.1}, "cutmix:1": {1, 1}, "mixup:0.3,cutmix:1": {0.4, 0.8}}[text]
		if share < want[0] || share > want[1] {
			t.Errorf("%s: %.2f of the rows are cut", text, share)
		}
	}
}
