package data

import (
	"strings"

	"descent/data/internal/cifar"
	"descent/data/internal/idx"
	"descent/data/internal/naming"
)

// OpenIDX reads a folder of IDX files, such as MNIST: train-images-idx3-ubyte
// and train-labels-idx1-ubyte, the same with t10k for the test part, each plain
// or with .gz. Other files are ignored. With both parts the result is a
// [*Parted]; a folder may hold only one.
//
// Labels are 0 to the greatest label of the training part.
func OpenIDX(dir string) (Source, error) {
	set, test, err := idx.Open(dir)
	if err != nil {
		return nil, err
	}
	return imagesOf(naming.Base(dir), set, test), nil
}

// OpenCIFAR reads CIFAR-10's binary version: a folder of data_batch_*.bin for
// training and test_batch.bin, each plain or with .gz, or one such file. With
// both parts the result is a [*Parted]; a folder may hold only one. Classes
// are named by batches.meta.txt where it is there.
//
// Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images",
// 2009, and the description that comes with the files.
func OpenCIFAR(path string) (Source, error) {
	set, test, err := cifar.Open(path)
	if err != nil {
		return nil, err
	}
	return imagesOf(setName(strings.TrimSuffix(path, ".gz")), set, test), nil
}
