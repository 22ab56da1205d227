package data

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testdata returns the path of a public data set, or skips the test.
func testdata(t *testing.T, path string) string {
	t.Helper()
	root := os.Getenv("DESCENT_TESTDATA")
	if root == "" {
		t.Skip("DESCENT_TESTDATA names no folder of public data sets")
	}
	path = filepath.Join(root, path)
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	return path
}

func TestPublicTables(t *testing.T) {
	for _, test := range []struct {
		file, target string
		rows         int
		task         Task
		outputs      int
		features     int // as many as pandas' get_dummies gives, missing and unknown added
	}{
		{"adult-train", "income", 32561, Classification, 2, 6 + 8 + 16 + 7 + 14 + 6 + 5 + 2 + 41 + 3 + 8},
		{"california-housing", "median_house_value", 20640, Regression, 1, 8 + 1 + 5 + 1},
		{"iris", "species", 150, Classification, 3, 4},
		{"wine", "class", 178, Classification, 3, 13},
		{"winequality-red", "quality", 1599, Classification, 6, 11},
		{"winequality-white", "quality", 4898, Classification, 7, 11},
		{"breast-cancer-wisconsin-diagnostic", "benign", 569, Classification, 2, 30},
		{"diabetes", "progression", 442, Regression, 1, 10},
		{"higgs-sample-train", "label", 7000, Classification, 2, 28},
	} {
		t.Run(test.file, func(t *testing.T) {
			table, err := OpenCSV(testdata(t, "tabular/"+test.file+".csv"), CSVConfig{Targets: []string{test.target}})
			if err != nil {
				t.Fatal(err)
			}
			spec := table.Spec()
			if table.Len() != test.rows || spec.Task != test.task || spec.Outputs() != test.outputs || spec.Size() != test.features {
				t.Errorf("%d rows, %s, %d outputs, %d features; want %+v", table.Len(), spec.Task, spec.Outputs(), spec.Size(), test)
			}
			if len(spec.Encoder.Notes()) > 0 {
				t.Errorf("notes %q", spec.Encoder.Notes())
			}
		})
	}
}

func TestAdultTestPart(t *testing.T) {
	path := testdata(t, "tabular/adult-train.csv")
	table, err := OpenCSV(path, CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := Split(table, SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	test, err := parts.Train.Spec().Encoder.Open(testdata(t, "tabular/adult-test.csv"))
	if err != nil {
		t.Fatal(err)
	}
	counts, err := ClassCounts(test)
	if err != nil || counts[0] != 12435 || counts[1] != 3846 {
		t.Errorf("class counts %v, %v; adult.names says 12435 and 3846", counts, err)
	}
}

func TestMNIST(t *testing.T) {
	s, err := Open(testdata(t, "mnist"), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.(*Parted).Source.(Fitter).Fit(natural(s.Len()))
	if err != nil {
		t.Fatal(err)
	}
	// The constants that are commonly quoted for MNIST.
	if math.Abs(e.Mean/255-0.1307) > 5e-5 || math.Abs(e.Std/255-0.3081) > 5e-5 {
		t.Errorf("mean %v, std %v", e.Mean/255, e.Std/255)
	}
	parts, err := Split(s, SplitConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if sizes(parts) != [3]int{55000, 5000, 10000} {
		t.Errorf("sizes %v", sizes(parts))
	}
}

func TestCIFARFromImages(t *testing.T) {
	s, err := Open(testdata(t, "cifar10/cifar10-test-jpeg.zip"), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := ClassCounts(s)
	if err != nil || s.Len() != 10000 || strings.Join(s.Spec().Classes, " ") != "airplane automobile bird cat deer dog frog horse ship truck" || slices.Min(counts) != 1000 {
		t.Fatalf("%d images, classes %v, %v", s.Len(), counts, err)
	}
	batch, err := Open(testdata(t, "cifar10/data_batch_1-first4000.bin.gz"), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := batch.(Fitter).Fit(natural(4000))
	if err != nil {
		t.Fatal(err)
	}
	// The means and deviations that are commonly quoted for CIFAR-10.
	for c, mean := range []float64{0.4914, 0.4822, 0.4465} {
		std := []float64{0.2470, 0.2435, 0.2616}[c]
		if math.Abs(e.Means[c]/255-mean) > 0.005 || math.Abs(e.Stds[c]/255-std) > 0.005 {
			t.Errorf("channel %d: mean %v, std %v", c, e.Means[c]/255, e.Stds[c]/255)
		}
	}
	if _, err := e.Open(testdata(t, "cifar10/cifar10-test-jpeg.zip")); err != nil {
		t.Error(err)
	}
}

// TestAdultFromMemory encodes the rows of the test part from memory.
func TestAdultFromMemory(t *testing.T) {
	table, err := OpenCSV(testdata(t, "tabular/adult-train.csv"), CSVConfig{Targets: []string{"income"}})
	if err != nil {
		t.Fatal(err)
	}
	e := table.Spec().Encoder
	path := testdata(t, "tabular/adult-test.csv")
	file, err := e.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := readAll(t, Subset(file, natural(2000)))
	text, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	records, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewRowEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	var got []float32
	for _, record := range records[1:2001] {
		row := make(map[string]any)
		for j, name := range records[0] {
			row[name] = record[j]
		}
		if got, err = r.AppendRow(got, row); err != nil {
			t.Fatal(err)
		}
	}
	sameBits(t, "adult", e, got, want)
}
