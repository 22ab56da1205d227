package data

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data/internal/naming"
)

func TestDigits(t *testing.T) {
	z, err := gzip.NewReader(bytes.NewReader(digitsFile))
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	if _, err := io.Copy(h, z); err != nil {
		t.Fatal(err)
	}
	sum := fmt.Sprintf("%x", h.Sum(nil))
	if note, err := os.ReadFile("digits.txt"); err != nil || !strings.Contains(string(note), sum) {
		t.Errorf("digits.txt does not name the file's SHA-256 %s: %v", sum, err)
	}
	if _, err := readDigits(digitsFile); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"cut": digitsFile[:2000], "no gzip": []byte("0,1")} {
		if _, err := readDigits(file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s := Digits()
	if s.Len() != 1797 || s.Spec().Outputs() != 10 || s.Spec().Size() != 64 || s.Spec().TargetSize() != 1 {
		t.Errorf("%d rows of %+v", s.Len(), s.Spec())
	}
	x, y := readAll(t, s)
	if x[2] != 5 || x[4] != 9 || y[1] != 1 || y[1796] != 8 {
		t.Errorf("first sample %v, labels %v", x[:8], y[:10])
	}
	counts, err := ClassCounts(s)
	if err != nil || fmt.Sprint(counts) != "[178 182 177 183 181 182 181 179 174 180]" {
		t.Errorf("class counts %v, %v", counts, err)
	}
}

func TestDigitsAreStandardizedAsNumpyDoes(t *testing.T) {
	ref := readReference(t)
	var rows []int
	for r := 0; r < 1797; r += 2 {
		rows = append(rows, r)
	}
	s := Digits().(Fitter)
	e, err := s.Fit(rows)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(e.Mean-ref.DigitsMean) > 1e-12 || math.Abs(e.Std-ref.DigitsStd) > 1e-12 {
		t.Errorf("mean %v, std %v; want %v, %v", e.Mean, e.Std, ref.DigitsMean, ref.DigitsStd)
	}
	encoded, err := s.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := readAll(t, encoded)
	if want := (5 - ref.DigitsMean) / ref.DigitsStd; !near(float64(x[2]), want) {
		t.Errorf("pixel %v, want %v", x[2], want)
	}
	if _, err := s.Fit([]int{1797}); err == nil {
		t.Error("fits on a row that is not there")
	}
}

// What IDX files begin with.
const magicImages, magicLabels = 0x803, 0x801

// idxBytes is an IDX file with the given magic number and dimensions.

func idxBytes(magic uint32, dims []uint32, content ...byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, content...)
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

var (
	twoImages = idxBytes(magicImages, []uint32{2, 1, 3}, 0, 1, 2, 3, 4, 250)
	twoLabels = idxBytes(magicLabels, []uint32{2}, 1, 0)
)

func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestIDX(t *testing.T) {
	dir := folder(t, map[string][]byte{
		"train-images-idx3-ubyte": twoImages, "train-labels-idx1-ubyte.gz": zipped(twoLabels),
		"t10k-images-idx3-ubyte.gz": zipped(twoImages), "t10k-labels-idx1-ubyte": twoLabels,
		"README": []byte("other"),
	})
	s, err := OpenIDX(dir)
	if err != nil {
		t.Fatal(err)
	}
	parted, ok := s.(*Parted)
	if !ok || s.Len() != 2 || parted.Test.Len() != 2 || naming.Shape(s.Spec().Input) != "1×3×1" || s.Spec().Outputs() != 2 {
		t.Fatalf("%T of %d rows, %+v", s, s.Len(), s.Spec())
	}
	x, y := readAll(t, s)
	if fmt.Sprint(x, y) != "[0 1 2 3 4 250] [1 0]" {
		t.Errorf("x %v, y %v", x, y)
	}
	e, err := parted.Source.(Fitter).Fit([]int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if test, err := e.Open(dir); err != nil || test.Len() != 2 {
		t.Errorf("%v", err)
	}
	if _, err := e.Open(digitsName); err == nil || !strings.Contains(err.Error(), "trained on images of 1×3×1, and those of digits are 8×8×1") {
		t.Errorf("%v", err)
	}
	if _, err := e.Open("testdata/people.csv"); err == nil || !strings.Contains(err.Error(), "is not a folder") {
		t.Errorf("%v", err)
	}
	if _, err := fitted(t, smallTable, "kind").Open(dir); err == nil || !strings.Contains(err.Error(), "name a CSV file") {
		t.Errorf("%v", err)
	}
	for cut := range zipped(twoImages) {
		dir := folder(t, map[string][]byte{"train-images-idx3-ubyte.gz": zipped(twoImages)[:cut], "train-labels-idx1-ubyte": twoLabels})
		if _, err := OpenIDX(dir); err == nil {
			t.Errorf("the first %d bytes are enough", cut)
		}
	}
}

func TestIDXErrors(t *testing.T) {
	for _, test := range []struct {
		name           string
		images, labels []byte
		want           string
	}{
		{"magic", idxBytes(0x00000d03, []uint32{2, 1, 3}, 0, 1, 2, 3, 4, 5), twoLabels, "begins with 0x00000d03; IDX images"},
		{"labels for images", twoLabels, twoLabels, "begins with 0x00000801; IDX images"},
		{"truncated", twoImages[:len(twoImages)-1], twoLabels, "the header promises 6 bytes and the file holds 5"},
		{"too long", append(append([]byte(nil), twoImages...), 0), twoLabels, "promises 6 bytes and the file holds 7"},
		{"too long, zipped", zipped(append(append([]byte(nil), twoImages...), 0)), twoLabels, "more than the 6 bytes"},
		{"header", twoImages[:9], twoLabels, "ends in its header"},
		{"empty file", nil, twoLabels, "ends in its header"},
		{"lie", idxBytes(magicImages, []uint32{1 << 31, 1 << 31, 1 << 31}, 1), twoLabels, "promises more than"},
		{"zipped lie", zipped(idxBytes(magicImages, []uint32{60000, 28, 28}, 1)), twoLabels, "promises more than"},
		{"zipped short", zipped(idxBytes(magicImages, []uint32{2, 1, 3}, 1, 2)), twoLabels, "promises 6 bytes and the file holds 2"},
		{"truncated gzip", zipped(twoImages)[:25], twoLabels, "truncated"},
		{"damaged gzip", append(zipped(twoImages)[:40], 1, 2, 3, 4, 5, 6), twoLabels, "damaged"},
		{"no images", idxBytes(magicImages, []uint32{0, 1, 3}), twoLabels, "the set is empty"},
		{"counts", twoImages, idxBytes(magicLabels, []uint32{3}, 1, 0, 1), "2 images and"},
		{"text for labels", twoImages, []byte("none"), "begins with 0x6e6f6e65; IDX labels"},
	} {
		dir := folder(t, map[string][]byte{"train-images-idx3-ubyte": test.images, "train-labels-idx1-ubyte": test.labels})
		_, err := OpenIDX(dir)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	for _, test := range []struct {
		name  string
		files map[string][]byte
		want  string
	}{
		{"nothing", nil, "holds no IDX files"},
		{"half", map[string][]byte{"train-images-idx3-ubyte": twoImages}, "a part needs both"},
		{"other half", map[string][]byte{"t10k-labels-idx1-ubyte": twoLabels}, "a part needs both"},
		{"label of the test part", map[string][]byte{
			"train-images-idx3-ubyte": twoImages, "train-labels-idx1-ubyte": twoLabels,
			"t10k-images-idx3-ubyte": twoImages, "t10k-labels-idx1-ubyte": idxBytes(magicLabels, []uint32{2}, 1, 5),
		}, "image 1 has label 5; labels of the training part are 0 to 1"},
	} {
		if _, err := OpenIDX(folder(t, test.files)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestOpen(t *testing.T) {
	for _, test := range []struct {
		path string
		cfg  CSVConfig
		want string
	}{
		{digitsName, CSVConfig{}, ""},
		{"testdata/people.csv", CSVConfig{Targets: []string{"income"}}, ""},
		{"testdata/peeple.csv", CSVConfig{}, `there is no "testdata/peeple.csv"; did you mean "people.csv"?`},
		{"-", CSVConfig{}, "the standard input goes by once"},
		{"nowhere.csv", CSVConfig{}, `there is no "nowhere.csv"; name a CSV file`},
		{digitsName, CSVConfig{Targets: []string{"y"}}, "are for CSV files"},
		{t.TempDir(), CSVConfig{}, "holds no IDX files"},
		{t.TempDir(), CSVConfig{Targets: []string{"y"}}, "is a folder; columns, as in target"},
		{"testdata/people.csv", CSVConfig{}, "which column is the target?"},
	} {
		s, err := Open(test.path, test.cfg)
		if test.want == "" && (err != nil || s == nil) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.path, err, test.want)
		}
	}
}
