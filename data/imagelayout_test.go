package data

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// layoutOf lays out images of the given names and writes what came of it:

// classes of training, rows of training and of test.

func TestUnlabelledTestFolderIsLeftOutAndCanBePredicted(t *testing.T) {
	dir := tree(t, map[string][]byte{
		"train/cat/1.png": grayPNG(t, 2, 2, 10), "train/dog/1.png": grayPNG(t, 2, 2, 30), "test/7.png": grayPNG(t, 2, 2, 20),
	})
	s, err := Open(dir, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	notes := s.(*rawImages).Notes()
	if !slices.Equal(s.Spec().Classes, []string{"cat", "dog"}) || len(notes) != 1 || !strings.Contains(notes[0], `the images of "test" lie in no folders of classes, and are left out`) {
		t.Errorf("classes %q, notes %q", s.Spec().Classes, notes)
	}
	e, err := s.(Fitter).Fit([]int{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	test, err := e.Open(dir)
	if err != nil || !test.Spec().Unlabeled || fmt.Sprint(RowNames(test)) != "[7.png]" {
		t.Errorf("for prediction: %q, %v", RowNames(test), err)
	}
	if _, err := Split(s, SplitConfig{Train: 1, TestSet: test}); err == nil || !strings.Contains(err.Error(), "lie in no folders named after the classes of training") {
		t.Errorf("as a test part: %v", err)
	}
}

func TestClassNames(t *testing.T) {
	const composed, decomposed = "K\u00e4se", "Ka\u0308se"
	dir := tree(t, map[string][]byte{
		decomposed + "/1.png": grayPNG(t, 2, 2, 10), "Brot/1.png": grayPNG(t, 2, 2, 30), "brot/1.png": grayPNG(t, 2, 2, 30),
	})
	s, err := Open(dir, CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(s.(*rawImages).Notes(), "\n")
	if !slices.Equal(s.Spec().Classes, []string{"Brot", decomposed, "brot"}) || !strings.Contains(notes, "the folders Brot and brot differ in case only, and are two classes") {
		t.Errorf("classes %q, notes %q", s.Spec().Classes, notes)
	}
	e, err := s.(Fitter).Fit([]int{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	other, err := e.Open(tree(t, map[string][]byte{composed + "/1.png": grayPNG(t, 2, 2, 10), "brot/1.png": grayPNG(t, 2, 2, 3)}))
	if err != nil {
		t.Fatal(err)
	}
	if _, y := readAll(t, other); fmt.Sprint(y) != "[1 2]" {
		t.Errorf("the other spelling: classes %v", y)
	}
	both, err := Open(tree(t, map[string][]byte{
		composed + "/1.png": grayPNG(t, 2, 2, 10), decomposed + "/2.png": grayPNG(t, 2, 2, 20), "Brot/1.png": grayPNG(t, 2, 2, 30),
	}), CSVConfig{})
	if err != nil {
		t.Fatal(err)
	}
	if _, y := readAll(t, both); len(both.Spec().Classes) != 2 || fmt.Sprint(y) != "[0 1 1]" {
		t.Errorf("both spellings: classes %q, %v", both.Spec().Classes, y)
	}
}
