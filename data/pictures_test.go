package data

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// catalog writes a folder with n images of two sizes and a table that names them,
// beside a number, a category, a class and an amount.
func catalog(t *testing.T, n int) string {
	t.Helper()
	files := map[string][]byte{}
	var b strings.Builder
	b.WriteString("price,photo,age,city,kind\n")
	for i := range n {
		name := fmt.Sprintf("photos/%02d.png", i)
		files[name] = colorPNG(t, 3+i%7/6, 4, byte(10*i), byte(7*i), byte(3*i+i%5))
		fmt.Fprintf(&b, "%d.5,%s,%d,%s,%s\n", 3*i, name, 20+i%9, []string{"Bonn", "Ulm"}[i%2], []string{"cat", "dog"}[i%4/2])
	}
	files["photos.csv"] = []byte(b.String())
	return tree(t, files)
}

func openCatalog(t *testing.T, dir string, cfg CSVConfig) *Table {
	t.Helper()
	table, err := OpenCSV(filepath.Join(dir, "photos.csv"), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// fieldsOf reads x, the row beside it and y of all rows.
func fieldsOf(t *testing.T, s Source) (x, row, y []float32) {
	t.Helper()
	x, y = readAll(t, s)
	if f, err := s.Spec().Field(RowField); err == nil {
		row = make([]float32, s.Len()*f.Size())
		if err := s.(FieldReader).ReadField(RowField, natural(s.Len()), row); err != nil {
			t.Fatal(err)
		}
	}
	return x, row, y
}

// TestTableWithImages: the images are those that a folder of them gives, the row
// beside is what the table gives without them, and so are targets.
func TestTableWithImages(t *testing.T) {
	dir := catalog(t, 24)
	for _, target := range []string{"price", "kind"} {
		others := []string{"price", "kind"}
		drop := slices.DeleteFunc(others, func(s string) bool { return s == target })
		got := openCatalog(t, dir, CSVConfig{Targets: []string{target}, Image: "photo", Drop: drop})
		plain := openCatalog(t, dir, CSVConfig{Targets: []string{target}, Drop: append(drop, "photo")})
		x, row, y := fieldsOf(t, got)
		wantRow, wantY := readAll(t, plain)
		if !slices.Equal(row, wantRow) || !slices.Equal(y, wantY) {
			t.Errorf("%s: the row or the target is not that of the table alone", target)
		}
		folder, err := OpenImages(tree(t, inFolders(t, dir)), ImageConfig{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := folder.(Fitter).Fit(natural(24))
		if err != nil {
			t.Fatal(err)
		}
		images, err := folder.(Fitter).Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		wantX, _ := readAll(t, images)
		if !slices.Equal(x, wantX) {
			t.Errorf("%s: the images are not those of a folder", target)
		}
		if names := RowNames(got.mustEncode(t)); len(names) != 24 || names[3] != "photos/03.png" {
			t.Errorf("rows are called %q", names)
		}
		if spec := got.Spec(); fmt.Sprint(spec.Input) != "[3 4 3]" || len(spec.More) != 1 || fmt.Sprint(spec.More[0].Shape) != "[4]" || spec.Validate() != nil {
			t.Errorf("spec %+v", spec)
		}
		contains := func(text string, parts ...string) {
			for _, part := range parts {
				if !strings.Contains(text, part) {
					t.Errorf("%q lacks %q", text, part)
				}
			}
		}
		contains(got.String(), "image     of column photo: 3×4×3, pixels (p - ", "features  4 from 2 columns")
		contains(strings.Join(got.Notes(), "\n"), "images have 2 sizes")
	}
}

func (t *Table) mustEncode(test *testing.T) Source {
	s, err := t.encode()
	if err != nil {
		test.Fatal(err)
	}
	return s
}

// inFolders is the images of a catalog in the folder of one class.
func inFolders(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	paths, _ := filepath.Glob(filepath.Join(dir, "photos", "*.png"))
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["one/"+filepath.Base(path)] = content
	}
	return files
}

// TestTableWithImagesAgain: an encoder that went through JSON reads the table, and
// rows from memory, to the same bits.
func TestTableWithImagesAgain(t *testing.T) {
	dir := catalog(t, 24)
	for _, cfg := range []CSVConfig{
		{Targets: []string{"price"}, Image: "photo", Drop: []string{"kind"}},
		{Targets: []string{"kind"}, Image: "pho*", Drop: []string{"*"}, Images: ImageConfig{Height: 5, Width: 2, Mode: GrayMode}},
	} {
		table := openCatalog(t, dir, cfg)
		e, err := table.Fit(natural(15))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(e)
		stored := new(Encoder)
		if err := json.Unmarshal(text, stored); err != nil {
			t.Fatal(err)
		}
		encoded, err := table.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		x, row, y := fieldsOf(t, encoded)
		again, err := stored.Open(filepath.Join(dir, "photos.csv"))
		if err != nil {
			t.Fatal(err)
		}
		x2, row2, y2 := fieldsOf(t, again)
		if !slices.Equal(x, x2) || !slices.Equal(row, row2) || !slices.Equal(y, y2) {
			t.Error("the stored encoder reads other values")
		}
		rows, err := NewRowEncoder(stored)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 24 {
			path := filepath.Join(dir, "photos", fmt.Sprintf("%02d.png", i))
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			size, width := len(x)/24, len(row)/24
			want := append(slices.Clone(x[i*size:(i+1)*size]), row[i*width:(i+1)*width]...)
			for _, photo := range []any{base64.StdEncoding.EncodeToString(content), content, img} {
				got, err := rows.AppendRow(nil, map[string]any{"photo": photo, "age": 20 + i%9, "city": []string{"Bonn", "Ulm"}[i%2]})
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("row %d with a %T: %v, want %v, %v", i, photo, got, want, err)
				}
				got, err = rows.AppendStruct(nil, struct {
					Photo any
					Age   int
					City  string `json:"city"`
				}{photo, 20 + i%9, []string{"Bonn", "Ulm"}[i%2]})
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("struct %d with a %T: %v, %v", i, photo, got, err)
				}
			}
			got, err := rows.AppendImage(nil, img)
			if alone := width == 0; alone != (err == nil) || alone && !slices.Equal(got, want) {
				t.Errorf("an image alone, with %d values beside: %v, %v", width, got, err)
			}
		}
		_, err = stored.Open(filepath.Join(dir, "photos"))
		if alone := row == nil; alone != (err == nil) || !alone && !strings.Contains(err.Error(), `"age", "city" beside an image`) {
			t.Errorf("a folder: %v", err)
		}
	}
}

// TestHashOfImages: what a table with images holds is its pixels and its cells, not
// where they lie.
func TestHashOfImages(t *testing.T) {
	cfg := CSVConfig{Targets: []string{"price"}, Image: "photo"}
	hash := func(dir string) string {
		table := openCatalog(t, dir, cfg)
		h, err := Hash(table)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	dir := catalog(t, 12)
	first := hash(dir)
	if hash(catalog(t, 12)) != first {
		t.Error("the same in another folder has another hash")
	}
	table := openCatalog(t, dir, cfg)
	before, err := RowsOf(table.mustEncode(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "photos", "05.png"), colorPNG(t, 3, 4, 1, 2, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	if hash(dir) == first {
		t.Error("other pixels have the same hash")
	}
	changed, err := table.whole.Open(filepath.Join(dir, "photos.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := before.Unseen(changed); err != nil || !slices.Equal(rows, []int{5}) {
		t.Errorf("rows with other pixels: %v, %v", rows, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "photos.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "photos.csv"), bytes.Replace(text, []byte("03.png,23,"), []byte("03.png,24,"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	cells, err := table.whole.Open(filepath.Join(dir, "photos.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := before.Unseen(cells); err != nil || !slices.Equal(rows, []int{3, 5}) {
		t.Errorf("rows with other pixels or cells: %v, %v", rows, err)
	}
}

func TestImagesThatCannotBeRead(t *testing.T) {
	dir := catalog(t, 20)
	text, err := os.ReadFile(filepath.Join(dir, "photos.csv"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := CSVConfig{Targets: []string{"kind"}, Image: "photo", Drop: []string{"price"}}
	for cell, want := range map[string]string{
		"photos/x.png": `photos.csv, line 6, column "photo": ` + filepath.Join(dir, "photos/x.png") + ": the image cannot be read: file does not exist",
		"photos.csv":   "the file is no PNG, JPEG or GIF image",
		"photos":       "it is no file",
		"":             `line 6, column "photo": the image cannot be read: the cell is empty`,
	} {
		broken := bytes.Replace(text, []byte("photos/04.png"), []byte(cell), 1)
		if err := os.WriteFile(filepath.Join(dir, "broken.csv"), broken, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenCSV(filepath.Join(dir, "broken.csv"), cfg)
		if !errors.Is(err, ErrCorruptImage) || !strings.Contains(err.Error(), strings.Replace(want, "photos.csv, line", "broken.csv, line", 1)) {
			t.Errorf("%q: %v", cell, err)
		}
		if (cell == "photos/x.png") != errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is there or not: %v", cell, err)
		}
		skip := cfg
		skip.Images.SkipCorrupt = true
		table, err := OpenCSV(filepath.Join(dir, "broken.csv"), skip)
		if err != nil {
			t.Fatal(err)
		}
		x, row, y := fieldsOf(t, table)
		if table.Len() != 19 || len(x) != 19*36 || len(row) != 19*4 || len(y) != 19 || RowNames(table.mustEncode(t))[4] != "photos/05.png" {
			t.Errorf("%q: %d rows are left", cell, table.Len())
		}
		if notes := strings.Join(table.Notes(), "\n"); !strings.Contains(notes, "1 of 20 images cannot be read and are left out") {
			t.Errorf("notes %s", notes)
		}
	}
}

func TestImageColumnRefused(t *testing.T) {
	dir := catalog(t, 6)
	target := []string{"kind"}
	for want, cfg := range map[string]CSVConfig{
		`has no column "foto"; did you mean "photo"?`:                   {Targets: target, Image: "foto"},
		`column "kind" is a target and cannot be in image too`:          {Targets: target, Image: "kind"},
		`column "photo" is the image of a row and cannot be in drop`:    {Targets: target, Image: "photo", Drop: []string{"photo"}},
		`column "photo" is the image of a row and cannot be in keep`:    {Targets: target, Image: "photo", Keep: []string{"photo"}},
		`one column holds the paths of images, and "age", "city" are 2`: {Targets: target, Image: "age,city"},
		`name its column of paths to images`:                            {Targets: target, Images: ImageConfig{Mode: GrayMode}},
		`image size -1×2`:                                               {Targets: target, Image: "photo", Images: ImageConfig{Height: -1, Width: 2}},
	} {
		if _, err := OpenCSV(filepath.Join(dir, "photos.csv"), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", cfg, err)
		}
	}
	if _, err := Open(dir, CSVConfig{Image: "photo"}); err == nil || !strings.Contains(err.Error(), `as in image "photo", are for CSV files`) {
		t.Errorf("a folder: %v", err)
	}
	e, err := openCatalog(t, dir, CSVConfig{Targets: target, Image: "photo"}).Fit(nil)
	if err != nil {
		t.Fatal(err)
	}
	wrong := *e
	wrong.Image = ""
	if err := wrong.Validate(); err == nil {
		t.Error("an encoder without its column of images is right")
	}
	rows, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	row := map[string]any{"photo": "nothing.png", "age": 21, "city": "Ulm", "price": 3}
	for want, change := range map[string]map[string]any{
		`data: column "photo": an image in text is the bytes of its file in base64`: {},
		`data: column "photo": an image is an image.Image`:                          {"photo": 7},
		`data: column "photo": the image cannot be read`:                            {"photo": []byte("x")},
	} {
		r := maps.Clone(row)
		maps.Copy(r, change)
		if got, err := rows.AppendRow([]float32{1}, r); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrCell) || len(got) != 1 {
			t.Errorf("%v: %v, %v", change, got, err)
		}
	}
	delete(row, "photo")
	if _, err := rows.AppendRow(nil, row); !errors.Is(err, ErrNoColumn) || !strings.Contains(err.Error(), `lacks the columns "photo"`) {
		t.Errorf("without an image: %v", err)
	}
}

// TestTableWithWideImages: images of 16 bits keep them, in views of the table too.
func TestTableWithWideImages(t *testing.T) {
	files := map[string][]byte{}
	text := "photo,y\n"
	for i := range 8 {
		name := fmt.Sprintf("%d.png", i)
		files[name] = widePNG(t, uint16(300*i+1), uint16(7*i), 65535)
		text += fmt.Sprintf("%s,%d.5\n", name, i*i)
	}
	files["photos.csv"] = []byte(text)
	dir := tree(t, files)
	table := openCatalog(t, dir, CSVConfig{Targets: []string{"y"}, Image: "photo"})
	if table.whole.Bits != 16 {
		t.Fatalf("%d bits", table.whole.Bits)
	}
	x, row, _ := fieldsOf(t, table)
	if row != nil {
		t.Errorf("a row %v of a table that has none", row)
	}
	part := &encodedTable{spec: table.Spec(), n: 3, y: make([]float32, 3)}
	part.withPictures(table.images.part(2, 5), table.whole)
	got := make([]float32, len(x)/8*3)
	if err := part.Read(natural(3), got, nil); err != nil || !slices.Equal(got, x[len(x)/8*2:len(x)/8*5]) {
		t.Errorf("rows 2 to 4 are %v, %v, of %v", got, err, x)
	}
	rows, err := NewRowEncoder(table.whole)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rows.AppendRow(nil, map[string]any{"photo": files["3.png"]}); err != nil || !slices.Equal(got, x[len(x)/8*3:len(x)/8*4]) {
		t.Errorf("%v, %v", got, err)
	}
}
