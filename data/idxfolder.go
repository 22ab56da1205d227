package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// openIDX reads a folder of IDX files, and the test part where both are there.
func openIDX(dir string) (set, test *imageSet, err error) {
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
	if !slices.Equal(train.shape, test.shape) {
		return nil, nil, fmt.Errorf("data: %s: training images are %s and test images %s; they must be equal",
			dir, shapeText(train.shape), shapeText(test.shape))
	}
	for i, c := range test.class {
		if int(c) >= len(train.classes) {
			return nil, nil, fmt.Errorf("data: %s: image %d has label %d; labels of the training part are 0 to %d",
				test.file, i, c, len(train.classes)-1)
		}
	}
	test.classes = train.classes
	return train, test, nil
}

// openPart reads one part of the folder: nil where neither of its files is
// there.
func openPart(dir, part string) (*imageSet, error) {
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
	set := &imageSet{file: labelsPath, shape: []int{dims[1], dims[2], 1}, pixels: pixels}
	for _, c := range class {
		set.class = append(set.class, int32(c))
	}
	for i := range int(most) + 1 {
		set.classes = append(set.classes, strconv.Itoa(i))
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
	file, err := openFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	dims, content, err := readIDX(file, file.limit, file.exact, magic)
	if err != nil {
		return nil, nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return dims, content, nil
}
