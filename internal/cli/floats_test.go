package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
	"descent/nn"
	"descent/train"
)

// TestPredictNumbers: a model that a program trained on slices predicts rows of
// numbers, and is measured on them where a class stands behind.
func TestPredictNumbers(t *testing.T) {
	var x [][]float32
	var labels []int
	for i := range 200 {
		a, b := float32(i%2), float32(i/2%2)
		x, labels = append(x, []float32{a, b}), append(labels, int(a+b)%2)
	}
	source, err := data.FromClasses(x, labels, []string{"equal", "different"})
	if err != nil {
		t.Fatal(err)
	}
	trainer, err := train.New(nn.MLP([]int{16}, 2, nn.Tanh, 0, nil), source.Spec(), train.Config{LearningRate: 0.03, Epochs: 40, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), source, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "xor.safetensors")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	rows := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(rows, []byte("a,b,class\n0,0,equal\n1,0,different\n1,1,0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out := command(t, "predict", file, rows).want(t, exitDone).stdout
	if want := "prediction\nequal\ndifferent\nequal\n"; out != want {
		t.Errorf("predicts\n%s\nwant\n%s", out, want)
	}
	if out := command(t, "eval", file, rows).want(t, exitDone).stdout; !strings.Contains(out, "100") {
		t.Errorf("is measured as\n%s", out)
	}
}
