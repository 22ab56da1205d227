package data

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"descent/data/images"
	"descent/data/internal/naming"
)

// animation is a GIF file with a frame of each shade.

func animation(t *testing.T, h, w int, shades ...byte) []byte {
	t.Helper()
	var all gif.GIF
	for _, p := range shades {
		frame := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Gray{Y: p}, color.Gray{Y: 128}})
		all.Image, all.Delay = append(all.Image, frame), append(all.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &all); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// grayPNG is an image whose pixels are all p.

func grayPNG(t *testing.T, h, w int, p byte) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = p
	}
	return encodePNG(t, img)
}

func colorPNG(t *testing.T, h, w int, r, g, b byte) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{r, g, b, 255})
		}
	}
	return encodePNG(t, img)
}

func encodePNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tree writes files, with slashes in their names, into a folder.

func tree(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImageFolders(t *testing.T) {
	at := func(p byte) []byte { return grayPNG(t, 2, 3, p) }
	for _, test := range []struct {
		name        string
		files       map[string][]byte
		classes     []string
		rows        []string // of training
		labels      []int32
		test        []string // rows of the test part
		notes, want string
	}{
		{
			"classes",
			map[string][]byte{"cat/2.png": at(2), "cat/10.png": at(1), "dog/a.PNG": at(3), "dog/readme.txt": nil, ".git/x.png": nil},
			[]string{"cat", "dog"},
			[]string{"cat/10.png", "cat/2.png", "dog/a.PNG"},
			[]int32{0, 0, 1},
			nil, "", "",
		},
		{
			"enclosed twice",
			map[string][]byte{"a/b/cat/1.png": at(1), "a/b/dog/1.png": at(2)},
			[]string{"cat", "dog"},
			[]string{"cat/1.png", "dog/1.png"},
			[]int32{0, 1},
			nil, "", "",
		},
		{
			"numbers",
			map[string][]byte{"10/1.png": at(1), "9/1.png": at(2)},
			[]string{"9", "10"},
			[]string{"10/1.png", "9/1.png"},
			[]int32{1, 0},
			nil, "", "",
		},
		{
			"nested",
			map[string][]byte{"cat/2019/1.png": at(1), "cat/2.png": at(2), "dog/1.png": at(3)},
			[]string{"cat", "dog"},
			[]string{"cat/2.png", "cat/2019/1.png", "dog/1.png"},
			[]int32{0, 0, 1},
			nil, "such as cat/2019/1.png; its class is the first folder, cat", "",
		},
		{
			"train and test",
			map[string][]byte{"x/train/cat/1.png": at(1), "x/train/dog/1.png": at(2), "x/test/dog/9.png": at(3)},
			[]string{"cat", "dog"},
			[]string{"cat/1.png", "dog/1.png"},
			[]int32{0, 1},
			[]string{"dog/9.png"},
			`the test part has no images of "cat"`, "",
		},
		{
			"train and val",
			map[string][]byte{"Train/cat/1.png": at(1), "Val/cat/9.png": at(3)},
			[]string{"cat"},
			[]string{"cat/1.png"},
			[]int32{0},
			[]string{"cat/9.png"},
			"is the test part", "",
		},
		{
			"three parts",
			map[string][]byte{"train/cat/1.png": at(1), "valid/cat/2.png": at(2), "test/cat/9.png": at(3)},
			[]string{"cat"},
			[]string{"cat/1.png", "cat/2.png"},
			[]int32{0, 0},
			[]string{"cat/9.png"},
			"joins training", "",
		},
		{
			"only train",
			map[string][]byte{"train/cat/1.png": at(1), "train/dog/1.png": at(2)},
			[]string{"cat", "dog"},
			[]string{"cat/1.png", "dog/1.png"},
			[]int32{0, 1},
			nil, "", "",
		},
		{"parts without classes", map[string][]byte{"train/1.png": at(1), "test/1.png": at(2)}, nil, nil, nil, nil, "", "lie in no folders named after classes"},
		{"no classes", map[string][]byte{"1.png": at(1)}, nil, nil, nil, nil, "", "lie in no folders named after classes"},
		{"beside", map[string][]byte{"1.png": at(1), "cat/2.png": at(2)}, nil, nil, nil, nil, "", "1.png lies beside folders"},
		{"no training", map[string][]byte{"test/cat/1.png": at(1), "val/cat/1.png": at(2)}, nil, nil, nil, nil, "", "none for training"},
		{"class of test", map[string][]byte{"train/cat/1.png": at(1), "test/cow/1.png": at(2)}, nil, nil, nil, nil, "", `is of class "cow", which has no folder in training`},
		{"nothing", map[string][]byte{"a/notes.txt": nil, "b.txt": nil}, nil, nil, nil, nil, "", "no images (.png, .jpg, .jpeg, .gif)"},
	} {
		for kind, path := range map[string]string{"folder": tree(t, test.files), "zip": zipOf(t, test.files)} {
			s, err := Open(path, CSVConfig{})
			if embedded, fsErr := ReadImages(os.DirFS(path), path, images.Config{}); kind == "folder" && fsErr == nil && !reflect.DeepEqual(RowNames(embedded), test.rows) {
				t.Errorf("%s: as a file system, rows %q", test.name, RowNames(embedded))
			}
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
					t.Errorf("%s, %s: %v, want %q", test.name, kind, err, test.want)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %s: %v", test.name, kind, err)
				continue
			}
			train := s
			if p, ok := s.(*Parted); ok {
				train = p.Source
				if got := RowNames(p.Test); !reflect.DeepEqual(got, test.test) {
					t.Errorf("%s, %s: test rows %q", test.name, kind, got)
				}
			} else if test.test != nil {
				t.Errorf("%s, %s: no test part", test.name, kind)
			}
			labels, err := labelsOf(train)
			notes := strings.Join(train.(*rawImages).Notes(), "\n")
			if err != nil || !reflect.DeepEqual(train.Spec().Classes, test.classes) || !reflect.DeepEqual(RowNames(s), test.rows) ||
				!reflect.DeepEqual(labels, test.labels) || !strings.Contains(notes, test.notes) || (test.notes == "") != (notes == "") {
				t.Errorf("%s, %s: classes %q, rows %q, labels %v, notes %q, %v", test.name, kind, train.Spec().Classes, RowNames(s), labels, notes, err)
			}
			if spec := train.Spec(); spec.Name != "set" || naming.Shape(spec.Input) != "2×3×1" {
				t.Errorf("%s, %s: %+v", test.name, kind, spec)
			}
		}
	}
}

func TestImageSizesAndModes(t *testing.T) {
	mixed := map[string][]byte{
		"a/1.png": grayPNG(t, 4, 6, 10), "a/2.png": grayPNG(t, 2, 3, 20), "b/1.png": grayPNG(t, 2, 3, 30), "b/2.png": grayPNG(t, 9, 9, 40),
	}
	modes := map[string][]byte{"a/1.png": grayPNG(t, 2, 2, 10), "b/1.png": colorPNG(t, 2, 2, 255, 0, 0)}
	broken := maps.Clone(mixed)
	broken["a/0.png"], broken["b/3.png"] = []byte("no image"), mixed["b/2.png"][:60]
	lying := maps.Clone(mixed)
	lying["a/0.png"] = pngHead(4096, 4096)
	foreign := maps.Clone(mixed)
	foreign["b/9.webp"] = []byte("RIFF....WEBPVP8 ")
	animated := map[string][]byte{"a/0.gif": animation(t, 2, 3, 255, 0), "a/1.png": grayPNG(t, 2, 3, 10), "b/1.png": grayPNG(t, 2, 3, 20)}
	for _, test := range []struct {
		name  string
		files map[string][]byte
		cfg   images.Config
		shape string
		first []float32 // value of each row
		notes []string
		want  string
	}{
		{"most common", mixed, images.Config{}, "2×3×1", []float32{10, 20, 30, 40}, []string{"images have 3 sizes; 2 of 4 were resized to 2×3"}, ""},
		{"given", mixed, images.Config{Height: 5, Width: 4}, "5×4×1", []float32{10, 20, 30, 40}, []string{"4 of 4 were resized to 5×4"}, ""},
		{"to colour", mixed, images.Config{Mode: images.Color}, "2×3×3", []float32{10, 20, 30, 40}, []string{"resized"}, ""},
		{"mixed modes", modes, images.Config{}, "", nil, nil, filepath.FromSlash("b/1.png") + " is colour and "},
		{"converted to grey", modes, images.Config{Mode: images.Gray}, "2×2×1", []float32{10, 76}, nil, ""},
		{"converted to colour", modes, images.Config{Mode: images.Color}, "2×2×3", []float32{10, 255}, nil, ""},
		{"corrupt", broken, images.Config{}, "", nil, nil, filepath.FromSlash("a/0.png") + ": the image cannot be read: the file is no PNG"},
		{"another format", foreign, images.Config{}, "", nil, nil, filepath.FromSlash("b/9.webp") + ": the image cannot be read: the file is no PNG"},
		{"an animation", animated, images.Config{Mode: images.Gray}, "2×3×1", []float32{255, 10, 20}, []string{"1 of 3 files hold several images, as animations do; the first is taken"}, ""},
		{"skipped", broken, images.Config{SkipCorrupt: true}, "2×3×1", []float32{10, 20, 30, 40}, []string{"2 of 6 images cannot be read and are left out (first", "resized"}, ""},
		{"lying header", lying, images.Config{}, "", nil, nil, "cannot hold"},
		{"lying header skipped", lying, images.Config{SkipCorrupt: true}, "2×3×1", []float32{10, 20, 30, 40}, []string{"1 of 5", "resized"}, ""},
		{"all corrupt", map[string][]byte{"a/1.png": nil, "b/1.png": nil}, images.Config{SkipCorrupt: true}, "", nil, nil, "none of the 2 image files can be read"},
		{"bad size", mixed, images.Config{Height: 5}, "", nil, nil, "image size 5×0"},
		{"bad mode", mixed, images.Config{Mode: "grey"}, "", nil, nil, `did you mean "gray"?`},
		{"too large", mixed, images.Config{Height: 1 << 20, Width: 1 << 20}, "", nil, nil, "at most"},
	} {
		dir := tree(t, test.files)
		for _, workers := range []int{1, 4} {
			test.cfg.Workers = workers
			s, err := OpenImages(dir, test.cfg)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%s: %v, want %q", test.name, err, test.want)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			x, _ := readAll(t, s)
			var first []float32
			for i := range s.Len() {
				first = append(first, x[i*s.Spec().Size()])
			}
			notes := s.(*rawImages).Notes()
			if naming.Shape(s.Spec().Input) != test.shape || !reflect.DeepEqual(first, test.first) || len(notes) != len(test.notes) || len(RowNames(s)) != s.Len() {
				t.Errorf("%s: %s, %v, notes %q", test.name, naming.Shape(s.Spec().Input), first, notes)
				continue
			}
			for i, note := range test.notes {
				if !strings.Contains(notes[i], note) {
					t.Errorf("%s: note %q, want %q", test.name, notes[i], note)
				}
			}
		}
	}
}

func TestImagesForPrediction(t *testing.T) {
	dir := tree(t, map[string][]byte{
		"cat/1.png": colorPNG(t, 2, 2, 10, 20, 30), "dog/1.png": colorPNG(t, 2, 2, 20, 60, 90), "emu/1.png": colorPNG(t, 2, 2, 30, 40, 30),
	})
	s, err := Open(dir, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.(Fitter).Fit([]int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(e.Means, e.Stds) != "[15 40 60] [5 20 30]" || e.Mean != 0 {
		t.Errorf("mean %v, std %v", e.Means, e.Stds)
	}
	open := func(path string) Source {
		t.Helper()
		s, err := e.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	x, y := readAll(t, open(dir))
	if fmt.Sprint(x[:3], x[12:15], y) != "[-1 -1 -1] [1 1 1] [0 1 2]" {
		t.Errorf("x %v, y %v", x, y)
	}
	plain := open(tree(t, map[string][]byte{"b.png": colorPNG(t, 6, 4, 20, 60, 90), "a.png": grayPNG(t, 2, 2, 15)}))
	x = make([]float32, 2*12)
	if err := plain.Read([]int{0, 1}, x, nil); err != nil || !plain.Spec().Unlabeled || fmt.Sprint(RowNames(plain)) != "[a.png b.png]" ||
		fmt.Sprint(x[:3], x[12:15]) != "[0 -1.25 -1.5] [1 1 1]" {
		t.Errorf("%v, %q, %v", err, RowNames(plain), x)
	}
	if err := plain.Read([]int{0}, x, make([]float32, 1)); err == nil || !strings.Contains(err.Error(), "prediction needs none") {
		t.Errorf("classes of plain images: %v", err)
	}
	one := open(filepath.Join(dir, "dog", "1.png"))
	if one.Len() != 1 || RowNames(one)[0] != "1.png" || !one.Spec().Unlabeled {
		t.Errorf("one image: %d rows, %q", one.Len(), RowNames(one))
	}
	// Folders are matched to classes by name; one that is none can be predicted.
	other := open(tree(t, map[string][]byte{"emu/1.png": grayPNG(t, 2, 2, 1), "yak/1.png": grayPNG(t, 2, 2, 2)}))
	y = make([]float32, 1)
	if err := other.Read([]int{0}, x, y); err != nil || y[0] != 2 {
		t.Errorf("emu is class %v, %v", y[0], err)
	}
	if err := other.Read([]int{1}, x, y); err == nil || !strings.Contains(err.Error(), "yak/1.png lies in no folder named after a class") {
		t.Errorf("yak: %v", err)
	}
	if err := other.Read([]int{1}, x, nil); err != nil {
		t.Error(err)
	}
	if foreign := open(tree(t, map[string][]byte{"2019/1.png": grayPNG(t, 2, 2, 1), "2020/1.png": grayPNG(t, 2, 2, 2)})); !foreign.Spec().Unlabeled {
		t.Error("folders that are no classes label images")
	}
	if _, err := e.Open(digitsName); err == nil || !strings.Contains(err.Error(), "trained on images of 2×2×3, and those of digits are 8×8×1") {
		t.Error(err)
	}
	if _, err := fitted(t, smallTable, "kind").Open(dir); err == nil || !strings.Contains(err.Error(), "name a CSV file") {
		t.Error(err)
	}
	view := Subset(open(dir), []int{2, 0})
	if fmt.Sprint(RowNames(view)) != "[emu/1.png cat/1.png]" || RowNames(Digits()) != nil {
		t.Errorf("names of a view %q", RowNames(view))
	}
	for name, change := range map[string]func(*Encoder){
		"lengths": func(e *Encoder) { e.Means = e.Means[:2] },
		"size":    func(e *Encoder) { e.Shape = []int{1 << 14, 1 << 13, 3} },
		"zero":    func(e *Encoder) { e.Stds = []float64{1, 0, 1} },
	} {
		bad := *e
		if change(&bad); bad.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What was skipped is told of every part.

func TestSkippedImagesAreCountedInEachPart(t *testing.T) {
	files := make(map[string][]byte)
	for i := range 20 {
		for j, class := range []string{"a", "b"} {
			files[fmt.Sprintf("train/%s/%d.png", class, i)] = grayPNG(t, 2, 2, byte(10*i+j))
			files[fmt.Sprintf("test/%s/%d.png", class, i)] = grayPNG(t, 2, 2, byte(10*i+j+3))
		}
	}
	files["train/a/1.png"], files["test/b/2.png"] = nil, nil
	s, err := OpenImages(zipOf(t, files), images.Config{SkipCorrupt: true})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Split(s, SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if sizes(parts) != [3]int{36, 3, 39} || len(parts.Notes) != 2 || !strings.HasPrefix(parts.Notes[0], "1 of 40 images cannot be read") || !strings.HasPrefix(parts.Notes[1], "test: 1 of 40") {
		t.Errorf("sizes %v, notes %q", sizes(parts), parts.Notes)
	}
}

func pngHead(width, height uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 0, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(chunk))
}
