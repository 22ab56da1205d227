package augment

import (
	"math"
	"testing"

	"descent/internal/rng"
)

func plainVary(a *Varier, from []float32, row int) []float64 {
	d := drawn{a.Own, row * drawsPerRow}
	type picture func(y, x, c int) float64
	image := picture(func(y, x, c int) float64 {
		if y < 0 || y >= a.h || x < 0 || x >= a.w {
			return 0
		}
		return float64(from[(y*a.w+x)*a.c+c])
	})
	keep := func(p picture) picture {
		values := map[[3]int]float64{}
		for y := range a.h {
			for x := range a.w {
				for c := range a.c {
					values[[3]int{y, x, c}] = p(y, x, c)
				}
			}
		}
		return func(y, x, c int) float64 { return values[[3]int{y, x, c}] }
	}
	signed := func(i int, most float64) float64 { return most * (2*d.uniform(i) - 1) }
	if a.Shift > 0 || a.Rotate > 0 || a.Scale > 0 {
		ty, tx := signed(drawShiftY, a.Shift)*float64(a.h), signed(drawShiftX, a.Shift)*float64(a.w)
		angle, scale := signed(drawRotate, a.Rotate)/180*math.Pi, 1+signed(drawScale, a.Scale)
		before := image
		image = keep(func(y, x, c int) float64 {
			cy, cx := float64(a.h-1)/2, float64(a.w-1)/2
			v, u := (float64(y)-cy-ty)/scale, (float64(x)-cx-tx)/scale
			py, px := math.Cos(angle)*v+math.Sin(angle)*u+cy, -math.Sin(angle)*v+math.Cos(angle)*u+cx
			sum := 0.0
			for i := -1; i <= a.h; i++ {
				for j := -1; j <= a.w; j++ {
					sum += max(0, 1-math.Abs(py-float64(i))) * max(0, 1-math.Abs(px-float64(j))) * before(i, j, c)
				}
			}
			return sum
		})
	}
	if a.Crop > 0 {
		dy, dx := int(d.uniform(drawCropY)*float64(2*a.Crop+1))-a.Crop, int(d.uniform(drawCropX)*float64(2*a.Crop+1))-a.Crop
		before := image
		image = keep(func(y, x, c int) float64 { return before(y+dy, x+dx, c) })
	}
	if a.Flip && d.uniform(drawFlip) < 0.5 {
		before := image
		image = keep(func(y, x, c int) float64 { return before(y, a.w-1-x, c) })
	}
	if a.VFlip && d.uniform(drawVFlip) < 0.5 {
		before := image
		image = keep(func(y, x, c int) float64 { return before(a.h-1-y, x, c) })
	}
	if a.Brightness > 0 {
		before, beta := image, signed(drawBrightness, a.Brightness)
		image = keep(func(y, x, c int) float64 { return before(y, x, c) + beta })
	}
	if a.Contrast > 0 {
		before, gamma := image, 1+signed(drawContrast, a.Contrast)
		mean := make([]float64, a.c)
		for y := range a.h {
			for x := range a.w {
				for c := range a.c {
					mean[c] += before(y, x, c) / float64(a.h*a.w)
				}
			}
		}
		image = keep(func(y, x, c int) float64 { return mean[c] + gamma*(before(y, x, c)-mean[c]) })
	}
	if a.Saturation > 0 {
		before, sigma := image, 1+signed(drawSaturation, a.Saturation)
		image = keep(func(y, x, c int) float64 {
			mean := (before(y, x, 0) + before(y, x, 1) + before(y, x, 2)) / 3
			return mean + sigma*(before(y, x, c)-mean)
		})
	}
	if a.Cutout > 0 {
		before := image
		top, left := int(d.uniform(drawCutY)*float64(a.h))-a.Cutout/2, int(d.uniform(drawCutX)*float64(a.w))-a.Cutout/2
		image = keep(func(y, x, c int) float64 {
			if y >= top && y < top+a.Cutout && x >= left && x < left+a.Cutout {
				return 0
			}
			return before(y, x, c)
		})
	}
	var out []float64
	for y := range a.h {
		for x := range a.w {
			for c := range a.c {
				out = append(out, image(y, x, c))
			}
		}
	}
	return out
}

func TestAugmentIsItsDefinition(t *testing.T) {
	whole := everything
	whole.Mixup, whole.CutMix = 0, 0
	grey := whole
	grey.Saturation = 0
	for _, test := range []struct {
		text    string
		h, w, c int
	}{
		{"crop:2", 7, 9, 3},
		{"crop:20", 4, 5, 1},
		{"flip", 6, 5, 3},
		{"vflip", 6, 5, 1},
		{"crop:3,flip,vflip", 5, 8, 2},
		{"shift:0.4", 7, 6, 3},
		{"rotate:180", 7, 7, 3},
		{"scale:0.5", 8, 6, 1},
		{"shift:1,rotate:90,scale:0.9", 5, 6, 2},
		{"rotate:10,crop:2,flip", 8, 8, 3},
		{"brightness:0.5", 4, 4, 3},
		{"contrast:1", 4, 4, 2},
		{"saturation:1", 4, 4, 3},
		{"brightness:1,contrast:0.5,saturation:0.5", 4, 4, 3},
		{"cutout:3", 6, 6, 3},
		{"cutout:4", 3, 9, 1},
		{"cutout:50", 3, 3, 1},
		{whole.String(), 7, 9, 3},
		{grey.String(), 1, 1, 1},
	} {
		cfg, err := Parse(test.text)
		if err != nil {
			t.Fatal(err)
		}
		if cfg.Mixes() {
			t.Errorf("%s: labels are mixed", test.text)
		}
		a := New(cfg, test.h, test.w, test.c, 40, 3, 7)
		image, got := make([]float32, a.Size), make([]float32, a.Size)
		for row := range 40 {
			for j := range image { // noise
				image[j] = float32(rng.Key{Seed: 5, Stream: uint64(row)}.Normal(j))
			}
			a.Vary(got, image, a.Own, row)
			want := plainVary(a, image, row)
			for j, v := range got {
				if math.Abs(float64(v)-want[j]) > 2e-6 { // measured 9.3e-7
					t.Fatalf("%s: row %d, value %d is %v, want %v", test.text, row, j, v, want[j])
				}
			}
		}
	}
}
