package cli

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// shots writes grey images of 16 bits whose classes differ in the lower 8
// alone, and an unlabelled test folder beside them.
func shots(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	shot := func(name string, level, i int) {
		img := image.NewGray16(image.Rect(0, 0, 4, 3))
		for y := range 3 {
			for x := range 4 {
				img.SetGray16(x, y, color.Gray16{Y: uint16(level + (x*7+y*5+i*3)%20)})
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		place(t, filepath.Join(dir, name), b.String())
	}
	for i := range 40 {
		shot(fmt.Sprintf("train/dark/%d.png", i), 520, i)
		shot(fmt.Sprintf("train/light/%d.png", i), 560, i)
	}
	shot("test/a.png", 520, 5)
	shot("test/b.png", 560, 5)
	return dir
}

func TestImagesOf16Bits(t *testing.T) {
	dir := shots(t)
	sum, run := trained(t, "--data", dir, "--epochs", "20")
	if accuracy := score(t, sum, "test", "accuracy"); accuracy != 1 {
		t.Errorf("test accuracy %v", accuracy)
	}
	r := command(t, "predict", run, dir).want(t, exitDone)
	if r.stdout != "file,prediction\na.png,dark\nb.png,light\n" || !strings.Contains(r.stderr, `only the images of "test" are taken`) {
		t.Errorf("%s%s", r.stdout, r.stderr)
	}
	contains(t, command(t, "inspect", run).want(t, exitDone).stdout, "16 bits")
	file := filepath.Join(t.TempDir(), "model.onnx")
	command(t, "export", run, "--out", file).want(t, exitDone)
	for _, memory := range []int64{math.MaxInt64, 1 << 12} { // and from a file
		before := debug.SetMemoryLimit(memory)
		got := command(t, "predict", file, dir)
		debug.SetMemoryLimit(before)
		if got != r {
			t.Errorf("the run says %+v, its file %+v", r, got)
		}
	}
}
