package torchwrite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/onnxtest"
	"descent/internal/torchwrite"
)

// TestPlace: a module that was not exported is kept, and what an earlier export wrote stays
// if the next one fails.
func TestPlace(t *testing.T) {
	m := onnxtest.Layers(t)[0].Model(t, 1)
	dir := t.TempDir()
	weights, module := filepath.Join(dir, "net.safetensors"), filepath.Join(dir, "net.py")
	if err := os.WriteFile(module, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := torchwrite.Write(weights, m); err == nil || !strings.Contains(err.Error(), "no module of an earlier export") {
		t.Errorf("over a file of another origin: %v", err)
	}
	if text, err := os.ReadFile(module); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q now, %v", text, err)
	}
	if err := torchwrite.Write(module, m); err == nil || !strings.Contains(err.Error(), "both the weights and the module") {
		t.Errorf("weights and module in one file: %v", err)
	}
	if err := os.Remove(module); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also over an earlier export
		if err := torchwrite.Write(weights, m); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(weights)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(module); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(module, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := torchwrite.Write(weights, m); err == nil {
		t.Error("the module was written over a folder")
	}
	if after, err := os.ReadFile(weights); err != nil || string(after) != string(before) {
		t.Errorf("the weights of the earlier export are %d bytes now, %v", len(after), err)
	}
}

// TestModuleFile: Python can import the module, and it hides none that it imports.
func TestModuleFile(t *testing.T) {
	for file, want := range map[string]string{
		"net.safetensors":            "net.py",
		"a/my-model 1.safetensors":   "a/my_model_1.py",
		"7.safetensors":              "model_7.py",
		"torch.safetensors":          "model_torch.py",
		"class.safetensors":          "model_class.py",
		"größe.v2.safetensors":       "gr__e_v2.py",
		"net":                        "net.py",
		"__init__.safetensors":       "__init__.py",
		"a/None.safetensors":         "a/model_None.py",
		"a.b/.safetensors":           "a.b/model_.py",
		"houses.onnx.safetensors":    "houses_onnx.py",
		"UPPER.Case-.safetensors":    "UPPER_Case_.py",
		"json.weights.safetensors":   "json_weights.py",
		"safetensors.safetensors":    "model_safetensors.py",
		"with space/x y.safetensors": "with space/x_y.py",
	} {
		if got := filepath.ToSlash(torchwrite.ModuleFile(filepath.FromSlash(file))); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
