package onnx_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/onnx"
)

// unzip puts the standard's tests of single operators into a folder and lists them.
// testdata/nodes.py writes them.
func unzip(t *testing.T, path string) (folders []string) {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dir := t.TempDir()
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if folder := filepath.Join(dir, strings.Split(f.Name, "/")[0]); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return folders
}

// TestNewer runs operators in versions that the standard's tests at hand do not have;
// the outputs are those of onnxruntime (testdata/newer.py).
func TestNewer(t *testing.T) { checkFolders(t, "testdata/newer.zip") }

// TestNodes runs the standard's tests of every operator that is read.
func TestNodes(t *testing.T) {
	path := "testdata/nodes.zip"
	if all := os.Getenv("DESCENT_ONNX_NODES"); all != "" {
		path = all
	}
	checkFolders(t, path)
}

func checkFolders(t *testing.T, path string) {
	t.Helper()
	for _, folder := range unzip(t, path) {
		name := filepath.Base(folder)
		if otherNodes[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			checks, err := onnx.CheckFolder(folder)
			why, ok := refusedNodes[name]
			if strings.Contains(name, "_NCd1d2d3d4d5_") {
				why, ok = "more than 6 axes", true
			}
			if ok {
				if err == nil || !strings.Contains(err.Error(), why) {
					t.Errorf("error %v, want one that says %q", err, why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				if !c.Holds() {
					t.Errorf("output %s, %v instead of %v, is off by %g; at most %g is allowed", c.Output, c.Got.Dims, c.Want.Dims, c.Off, c.Bound)
				}
			}
		})
	}
}

// refusedNodes are tests of what is refused, and what the error says.
var refusedNodes = map[string]string{
	"test_batchnorm_epsilon_training_mode":            "the form for training",
	"test_batchnorm_example_training_mode":            "the form for training",
	"test_training_dropout":                           "the form for training",
	"test_training_dropout_default":                   "the form for training",
	"test_training_dropout_default_mask":              "the form for training",
	"test_training_dropout_mask":                      "the form for training",
	"test_convtranspose_3d":                           "one or two axes",
	"test_maxpool_with_argmax_2d_precomputed_pads":    "result 1 of MaxPool",
	"test_maxpool_with_argmax_2d_precomputed_strides": "result 1 of MaxPool",
}

// otherNodes are tests whose numbers onnxruntime does not give, either: they take the
// size before it was rounded for the distance of corners.
var otherNodes = map[string]bool{
	"test_resize_downsample_scales_cubic_align_corners":  true,
	"test_resize_downsample_scales_linear_align_corners": true,
}
