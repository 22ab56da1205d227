// Package cifar reads CIFAR-10's binary version.
package cifar

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"descent/data/images"
	"descent/data/internal/fault"
	"descent/data/internal/input"
)

// A record of CIFAR-10's binary version: a label, then planes of red, green
// and blue.
const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarPixels = 3 * cifarPlane
	cifarRecord = 1 + cifarPixels
)

// cifarClasses are the classes of CIFAR-10, in the order of their labels.
func cifarClasses() []string {
	return []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}
}

// Open reads a folder of batches or one of them, and the test part where
// both are there.
func Open(path string) (set, test *images.Set, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	if !info.IsDir() {
		set, err = cifarPart(path, []string{path}, cifarClasses())
		return set, nil, err
	}
	train, held, err := cifarFiles(path)
	if err != nil {
		return nil, nil, err
	}
	classes, err := readClassNames(filepath.Join(path, "batches.meta.txt"))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case len(train)+len(held) == 0:
		return nil, nil, fmt.Errorf("data: %s holds no CIFAR batches; want data_batch_1.bin and so on, and test_batch.bin, plain or .gz", path)
	case len(train) == 0:
		train, held = held, nil
	}
	if set, err = cifarPart(path, train, classes); err == nil && held != nil {
		test, err = cifarPart(path, held, classes)
	}
	return set, test, err
}

// cifarFiles finds the batches in a folder, in order.
func cifarFiles(dir string) (train, test []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	seen := make(map[string]bool)
	for _, entry := range entries { // sorted, so that x.bin comes before x.bin.gz
		name := strings.TrimSuffix(entry.Name(), ".gz")
		if entry.IsDir() || !strings.HasSuffix(name, ".bin") || seen[name] {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		switch {
		case strings.HasPrefix(name, "data_batch"):
			train = append(train, path)
		case strings.HasPrefix(name, "test_batch"):
			test = append(test, path)
		}
		seen[name] = true
	}
	sort.Slice(train, func(i, j int) bool { // data_batch_2 before data_batch_10
		return len(train[i]) < len(train[j]) || len(train[i]) == len(train[j]) && train[i] < train[j]
	})
	return train, test, nil
}

// readClassNames reads a name a line.
func readClassNames(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return cifarClasses(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	var names []string
	seen := make(map[string]bool)
	for _, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if seen[line] {
			return nil, fmt.Errorf("data: %s names the class %q twice", path, line)
		}
		seen[line] = true
		names = append(names, line)
	}
	if len(names) == 0 || len(names) > 256 {
		return nil, fmt.Errorf("data: %s names %d classes; want 1 to 256, one a line", path, len(names))
	}
	return names, nil
}

// cifarPart reads batches as one set.
func cifarPart(path string, files, classes []string) (*images.Set, error) {
	var pixels []byte
	var class []int32
	for _, file := range files {
		p, c, err := readCIFARFile(file, len(classes))
		if err != nil {
			return nil, err
		}
		pixels, class = append(pixels, p...), append(class, c...)
	}
	return &images.Set{File: path, Shape: []int{cifarSide, cifarSide, 3}, Pixels: pixels, Class: class, Classes: classes}, nil
}

func readCIFARFile(path string, classes int) ([]byte, []int32, error) {
	file, err := input.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	pixels, class, err := readCIFAR(file, classes)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return pixels, class, nil
}

// readCIFAR reads records until r ends. Memory grows with what is read.
func readCIFAR(r io.Reader, classes int) (pixels []byte, class []int32, err error) {
	var file bytes.Buffer
	if _, err := file.ReadFrom(io.LimitReader(r, images.MaxBytes)); err != nil {
		return nil, nil, input.Explain(err)
	}
	n := file.Len() / cifarRecord
	switch {
	case file.Len() == 0:
		return nil, nil, fault.ErrNoRows
	case file.Len()%cifarRecord != 0:
		return nil, nil, fmt.Errorf("%d bytes are no whole number of records of %d bytes (a label and 32×32×3 pixels); the file is truncated, or no CIFAR-10 batch", file.Len(), cifarRecord)
	}
	pixels, class = make([]byte, n*cifarPixels), make([]int32, n)
	for i := range n {
		record := file.Next(cifarRecord)
		if int(record[0]) >= classes {
			return nil, nil, fmt.Errorf("record %d has label %d; labels are 0 to %d", i, record[0], classes-1)
		}
		class[i] = int32(record[0])
		red, green, blue := record[1:1+cifarPlane], record[1+cifarPlane:1+2*cifarPlane], record[1+2*cifarPlane:]
		to := pixels[i*cifarPixels : (i+1)*cifarPixels]
		for j := range cifarPlane {
			to[3*j], to[3*j+1], to[3*j+2] = red[j], green[j], blue[j]
		}
	}
	return pixels, class, nil
}

// Holds reports whether a folder holds batches.
func Holds(dir string) (bool, error) {
	train, test, err := cifarFiles(dir)
	return len(train)+len(test) > 0, err
}
