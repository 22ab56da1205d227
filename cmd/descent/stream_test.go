package main

import (
	"bufio"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// TestMoreThanMemory trains on a file of ten times the memory that is allowed, and asks
// for the weights of training without a limit.
func TestMoreThanMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes and reads 80 MB")
	}
	const limit = 8 << 20
	folder := t.TempDir()
	program := build(t, folder)
	table := filepath.Join(folder, "wide.csv")
	if size := writeTable(t, table, 100, 10*limit); size < 10*limit {
		t.Fatal(size)
	}
	var weights [2]string
	for i, memory := range []string{"off", strconv.Itoa(limit)} {
		out := filepath.Join(folder, memory)
		cmd := exec.Command(program, "train", "--data", table, "--target", "y", "--model", "linear", "--epochs", "1", "--batch", "256", "--ui", "none", "--out", out)
		cmd.Env = append(os.Environ(), "GOMEMLIMIT="+memory)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		shown, err := exec.Command(program, "inspect", filepath.Join(out, "best.safetensors"), "--json").Output()
		if err != nil {
			t.Fatal(err)
		}
		var model struct {
			Weights string `json:"weights_sha256"`
		}
		if err := json.Unmarshal(shown, &model); err != nil || model.Weights == "" {
			t.Fatalf("%v: %s", err, shown)
		}
		weights[i] = model.Weights
	}
	if weights[0] != weights[1] {
		t.Errorf("the weights depend on the memory limit: %s, %s", weights[0], weights[1])
	}
}

// writeTable writes rows of so many numbers and a target until there are size bytes.
func writeTable(t *testing.T, path string, columns, size int) (written int) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(file, 1<<16)
	var line []byte
	for i := range columns {
		line = strconv.AppendInt(append(line, 'x'), int64(i), 10)
		line = append(line, ',')
	}
	line = append(line, "y\n"...)
	r := rand.New(rand.NewPCG(1, 2))
	for written < size {
		n, _ := w.Write(line)
		written += n
		line = line[:0]
		for range columns {
			line = append(strconv.AppendFloat(line, r.NormFloat64(), 'f', 8, 64), ',')
		}
		line = append(strconv.AppendFloat(line, r.NormFloat64(), 'f', 4, 64), '\n')
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return written
}
