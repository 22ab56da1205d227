package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/safetensors"
	"descent/model"
)

// elsewhere is a file of weights as PyTorch names them, of an mlp of 16 units for digits,
// with so many classes.
func elsewhere(t *testing.T, classes int) string {
	t.Helper()
	tensor := func(name string, shape ...int) safetensors.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		x := safetensors.Tensor{Name: name, Shape: shape, Data: make([]float32, n)}
		for i := range x.Data {
			x.Data[i] = float32(i%7) / 100
		}
		return x
	}
	path := filepath.Join(t.TempDir(), "old.safetensors")
	err := safetensors.WriteFile(path, map[string]string{"format": "pt"}, []safetensors.Tensor{
		tensor("fc1.bias", 16), tensor("fc1.weight", 16, 64), tensor("fc2.bias", classes), tensor("fc2.weight", classes, 16),
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// start is the network of which elsewhere has weights, with what it starts from.
func start(args ...string) []string {
	return append([]string{"train", "--model", "mlp:16", "--activation", "relu", "--dropout", "0", "--epochs", "1", "--ui", "none"}, args...)
}

func TestWeightsElsewhere(t *testing.T) {
	path := elsewhere(t, 10)
	r := command(t, start("--init-from", path, "--print-map")...).want(t, exitDone)
	contains(t, strings.Join(strings.Fields(r.stdout), " "), "fc1.weight -> 1.dense.weight OI>IO", "fc2.bias -> 2.dense.bias")

	out := filepath.Join(t.TempDir(), "run")
	freeze := []string{"--freeze", "1.*", "--out", out}
	command(t, start(append([]string{"--init-from", path}, freeze...)...)...).want(t, exitDone)
	m, err := model.Load(filepath.Join(out, "best.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Store().Value("1.dense.weight"); w[1] != float32(64%7)/100 || w[16] != float32(1)/100 {
		t.Errorf("the first layer is %v, ... and not the transpose of what it started from", w[:17])
	}

	// An edited map: the classes in another order.
	text := strings.ReplaceAll(r.stdout, "fc2.bias ", "fc2.bias[::-1] ")
	edited := write(t, "map.txt", text)
	command(t, start("--init-from", path, "--init-map", edited, "--out", filepath.Join(t.TempDir(), "run"))...).want(t, exitDone)
}

// TestWeightsRefused: what does not fit is said whole, before there is a run folder.
func TestWeightsRefused(t *testing.T) {
	empty := write(t, "map.txt", "# nothing goes anywhere\n")
	r := command(t, start("--init-from", elsewhere(t, 10), "--init-map", empty, "--out", filepath.Join(t.TempDir(), "run"))...).want(t, exitFailed)
	contains(t, r.stderr, "missing: nothing for 1.dense.weight", "extra: fc1.weight")

	other := elsewhere(t, 7)
	out := filepath.Join(t.TempDir(), "run")
	r = command(t, start("--init-from", other, "--out", out)...).want(t, exitFailed)
	contains(t, r.stderr, "misshapen: fc2.weight [7 16] would be [16 7], and 2.dense.weight is [16 10]", "misshapen: fc2.bias", "--print-map", "--head new")
	if _, err := os.Stat(out); err == nil {
		t.Error("there is a run folder")
	}
	r = command(t, start("--init-from", other, "--head", "new", "--json", "--out", out)...).want(t, exitDone)
	contains(t, r.stdout, "accuracy")

	r = command(t, start("--init-from", other, "--print-map")...).want(t, exitDone)
	contains(t, r.stdout, "fc2.weight -> 2.dense.weight")
	contains(t, r.stderr, "misshapen")

	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--init-from", write(t, "w.pth", "PK"), "--out", out}, exitUsage, "save_file"},
		{[]string{"--init-from", write(t, "w.h5", "HDF"), "--out", out}, exitUsage, "savez"},
		{[]string{"--init-from", write(t, "w.npz", "no zip"), "--out", out}, exitFailed, "w.npz"},
		{[]string{"--init-from", write(t, "w.onnx", ""), "--out", out}, exitUsage, "is a whole network"},
		{[]string{"--init-from", other, "--init-map", "none.txt"}, exitUsage, "none.txt"},
		{[]string{"--init-from", other, "--init-map", write(t, "map.txt", "a b")}, exitUsage, "line 1"},
		{[]string{"--init-map", "map.txt"}, exitUsage, "init_map"},
		{[]string{"--print-map"}, exitUsage, "no map"},
		{[]string{"--mean", "1,2", "--std", "1"}, exitUsage, "want one number, or three"},
		{[]string{"--mean", "0.5"}, exitUsage, "give both"},
		{[]string{"--mean", "0.5", "--std", "0"}, exitUsage, "standard deviation"},
		{[]string{"--channels", "bgr"}, exitUsage, "three channels"},
		{[]string{"--channels", "bgrr"}, exitUsage, `did you mean "bgr"`},
	} {
		r := command(t, start(row.args...)...)
		if r.code != row.code || !strings.Contains(r.stderr, row.want) {
			t.Errorf("%q: exit %d, want %d, with %q in\n%s", row.args, r.code, row.code, row.want, r.stderr)
		}
	}
}

// TestBackbone: a network of an ONNX file stays as it is, normalization with it, and gets
// a last layer.
func TestBackbone(t *testing.T) {
	const file = "../../../shared/models/mobilenetv2-035-imagenet.onnx"
	if _, err := os.Stat(file); err != nil {
		t.Skip("there are no pretrained models beside the checkout")
	}
	dir := pictures(t)
	run := func(args ...string) *model.Model {
		out := filepath.Join(t.TempDir(), "run")
		line := append([]string{"train", "--data", dir, "--image-size", "32", "--image-mode", "color", "--init-from", file, "--head", "new", "--split", "80/20/0", "--epochs", "1", "--ui", "none", "--out", out}, args...)
		command(t, line...).want(t, exitDone)
		m, err := model.Load(filepath.Join(out, "best.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	one, two := run("--freeze", "backbone", "--seed", "1"), run("--freeze", "backbone", "--seed", "2")
	tuned := run("--seed", "2")
	same, moved := 0, 0
	for name, values := range one.Weights() {
		if !strings.Contains(name, ".network.") && !strings.Contains(name, ".onnx.") {
			continue
		}
		same++
		for i, v := range two.Store().Value(name) {
			if v != values[i] {
				t.Fatalf("%s moved, though it is frozen", name)
			}
		}
		if v := tuned.Store().Value(name); v[0] != values[0] {
			moved++
		}
	}
	if same != 260 || moved < 200 {
		t.Errorf("%d tensors of the file, of which training moves %d", same, moved)
	}
}
