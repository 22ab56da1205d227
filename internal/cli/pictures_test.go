package cli

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"descent/internal/rng"
)

// stroke draws a line through a noisy picture of side pixels: upright, or level.
func stroke(side, number int, upright bool) []byte {
	k := rng.Key{Seed: 4, Stream: rng.Stream("bars"), Draw: uint32(number)}
	pixels := make([]byte, side*side)
	at := 2 + int(k.Float64(0)*float64(side-4))
	for i := range pixels {
		x, y := i%side, i/side
		if upright {
			x, y = y, x
		}
		pixels[i] = byte(60 * k.Float64(2+i))
		if y == at && x > 0 && x < side-1 {
			pixels[i] = 230
		}
	}
	return pixels
}

// pngOf is a grey picture as a file.
func pngOf(t testing.TB, side int, pixels []byte) string {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, side, side))
	for i, p := range pixels {
		picture.SetGray(i%side, i/side, color.Gray{Y: p})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pictures is a folder with 48 pictures of two classes to train on and 16 to
// test on.
func pictures(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for i := range 64 {
		part := "train"
		if i >= 48 {
			part = "test"
		}
		class := []string{"level", "upright"}[i%2]
		place(t, filepath.Join(dir, part, class, fmt.Sprintf("%02d.png", i)), pngOf(t, 8, stroke(8, i, i%2 == 1)))
	}
	return dir
}

func place(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// idx is a folder of IDX files with 60 digits of 8×8 pixels, a level or an
// upright bar each, and a test part of 20.
func idx(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for part, n := range map[string]int{"train": 60, "t10k": 20} {
		images := binary.BigEndian.AppendUint32(nil, 0x803)
		labels := binary.BigEndian.AppendUint32(nil, 0x801)
		for _, d := range []int{n, 8, 8} {
			images = binary.BigEndian.AppendUint32(images, uint32(d))
		}
		labels = binary.BigEndian.AppendUint32(labels, uint32(n))
		for i := range n {
			images = append(images, stroke(8, i+len(part)*100, i%2 == 1)...)
			labels = append(labels, byte(i%2))
		}
		place(t, filepath.Join(dir, part+"-images-idx3-ubyte"), string(images))
		place(t, filepath.Join(dir, part+"-labels-idx1-ubyte"), string(labels))
	}
	return dir
}
