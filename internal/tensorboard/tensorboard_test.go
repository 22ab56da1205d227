package tensorboard_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"descent/internal/tensorboard"
)

// TestFile compares a file with the one that testdata/reference.py wrote.
func TestFile(t *testing.T) {
	folder := t.TempDir()
	at := func(seconds float64) time.Time { return time.Unix(0, int64(seconds*1e9)) }
	w, err := tensorboard.Create(folder, at(1000.5))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		w.Write(at(1001.25), 1, tensorboard.Scalar("loss/update", 2.5), tensorboard.Scalar("rate", 1e-3)),
		w.Write(at(1002), 300, tensorboard.Histogram("weights/1.dense.weight", -1, 3, []int{1, 0, 200, 7}), tensorboard.Scalar("größe", math.Copysign(0, -1))),
		w.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 || !strings.Contains(files[0].Name(), "tfevents") {
		t.Fatalf("the folder holds %v: %v", files, err)
	}
	got, err := os.ReadFile(filepath.Join(folder, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/events.bin")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the file is\n%x\nwant\n%x", got, want)
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	_, err := tensorboard.Create(filepath.Join(t.TempDir(), "nothing"), time.Now())
	if err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("error is %v", err)
	}
}
