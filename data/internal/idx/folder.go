package idx

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"descent/data/images"
	"descent/data/internal/input"
	"descent/data/internal/naming"
)

// Open reads a folder of IDX files, and the test part where both are there.
func Open(dir string) (set, test *images.Set, err error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %w", err)
	}
	if !info.IsDir() {
		return nil, nil, fmt.Errorf("data: %s is a file; name the folder that holds the IDX files", dir)
	}
	train, err := openPart(dir, "train")
	if err != nil {
		return nil, nil, err
	}
	if test, err = openPart(dir, "t10k"); err != nil {
		return nil, nil, err
	}
	switch {
	case train == nil && test == nil:
		return nil, nil, fmt.Errorf("data: %s holds no IDX files; want {train,t10k}-{images-idx3,labels-idx1}-ubyte, plain or .gz", dir)
	case test == nil:
		return train, nil, nil
	case train == nil:
		return test, nil, nil
	}
	if !slices.Equal(train.Shape, test.Shape) {
		return nil, nil, fmt.Errorf("data: %s: training images are %s and test images %s; they must be equal",
			dir, naming.Shape(train.Shape), naming.Shape(test.Shape))
	}
	for i, c := range test.Class {
		if int(c) >= len(train.Classes) {
			return nil, nil, fmt.Errorf("data: %s: image %d has label %d; labels of the training part are 0 to %d",
				test.File, i, c, len(train.Classes)-1)
		}
	}
	test.Classes = train.Classes
	return train, test, nil
}

// openPart reads one part of the folder: nil where neither of its files is
// there.
func openPart(dir, part string) (*images.Set, error) {
	imagesPath, imagesThere := find(dir, part+"-images-idx3-ubyte")
	labelsPath, labelsThere := find(dir, part+"-labels-idx1-ubyte")
	switch {
	case !imagesThere && !labelsThere:
		return nil, nil
	case !imagesThere:
		return nil, fmt.Errorf("data: %s is there, but %s is not; a part needs both", labelsPath, imagesPath)
	case !labelsThere:
		return nil, fmt.Errorf("data: %s is there, but %s is not; a part needs both", imagesPath, labelsPath)
	}
	dims, pixels, err := readIDXFile(imagesPath, idxImages)
	if err != nil {
		return nil, err
	}
	count, class, err := readIDXFile(labelsPath, idxLabels)
	if err != nil {
		return nil, err
	}
	if dims[0] != count[0] {
		return nil, fmt.Errorf("data: %s holds %d images and %s %d labels; each image needs one", imagesPath, dims[0], labelsPath, count[0])
	}
	most := byte(0)
	for _, c := range class {
		most = max(most, c)
	}
	set := &images.Set{File: labelsPath, Shape: []int{dims[1], dims[2], 1}, Pixels: pixels}
	for _, c := range class {
		set.Class = append(set.Class, int32(c))
	}
	for i := range int(most) + 1 {
		set.Classes = append(set.Classes, strconv.Itoa(i))
	}
	return set, nil
}

// find returns the path of a file of the folder, plain or compressed.
func find(dir, name string) (path string, there bool) {
	path = filepath.Join(dir, name)
	for _, p := range []string{path, path + ".gz"} {
		if _, err := os.Stat(p); err == nil {
			return p, true
		}
	}
	return path, false
}

func readIDXFile(path string, magic uint32) ([]int, []byte, error) {
	file, err := input.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	dims, content, err := readIDX(file, file.Limit, file.Exact, magic)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return dims, content, nil
}

// Holds reports whether a folder holds IDX files of either part.
func Holds(dir string) bool {
	for _, name := range []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"} {
		if _, there := find(dir, name); there {
			return true
		}
	}
	return false
}
