package data

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// imageLayout is what the folders of image files mean.
type imageLayout struct {
	train, test []imageFile
	labeled     bool // the first folder of each name is its class
	notes       []string
}

// splitFolders are the folders that name a part of a set, and which.
var splitFolders = map[string]string{
	"train": "train", "training": "train",
	"test": "test", "testing": "test",
	"val": "val", "valid": "val", "validation": "val",
}

// layOut decides what folders mean: class/image or split/class/image, below
// any number of folders that enclose all; or images alone, without classes.
func layOut(from string, files []imageFile) (imageLayout, error) {
	files = withoutEnclosing(files)
	parts := make(map[string][]imageFile)
	split := true
	var beside, inside *imageFile
	for i, f := range files {
		first, rest, deeper := strings.Cut(f.name, "/")
		part := splitFolders[strings.ToLower(first)]
		switch {
		case !deeper:
			beside = &files[i]
		default:
			inside = &files[i]
		}
		if part == "" || !strings.Contains(rest, "/") {
			split = false
			continue
		}
		parts[part] = append(parts[part], f)
	}
	switch {
	case inside == nil:
		return imageLayout{train: files}, nil
	case beside != nil:
		return imageLayout{}, fmt.Errorf("data: %s lies beside folders of images, such as that of %s; put each image into the folder of its class", beside.full, inside.full)
	case !split || len(parts) < 2:
		return imageLayout{train: files, labeled: true}, nil
	}
	l := imageLayout{train: parts["train"], test: parts["test"], labeled: true}
	switch {
	case len(l.train) == 0:
		return l, fmt.Errorf("data: %s has folders for test and validation and none for training; name it train", from)
	case len(l.test) == 0:
		l.test = parts["val"]
		l.notes = append(l.notes, "the folder of validation images is the test part; validation is cut from training")
	case len(parts["val"]) > 0:
		l.train = append(slices.Clip(l.train), parts["val"]...)
		l.notes = append(l.notes, "the folder of validation images joins training, from which validation is cut")
	}
	for _, part := range [][]imageFile{l.train, l.test} {
		for i := range part {
			_, part[i].name, _ = strings.Cut(part[i].name, "/")
		}
	}
	return l, nil
}

// withoutEnclosing drops folders that hold all files, as long as each file
// still lies in one.
func withoutEnclosing(files []imageFile) []imageFile {
	files = slices.Clone(files)
	for len(files) > 0 {
		first, _, _ := strings.Cut(files[0].name, "/")
		for _, f := range files {
			if strings.Count(f.name, "/") < 2 || !strings.HasPrefix(f.name, first+"/") {
				return files
			}
		}
		for i := range files {
			files[i].name = files[i].name[len(first)+1:]
		}
	}
	return files
}

// className returns the folder that names the class of a file.
func (f imageFile) className() string {
	class, _, _ := strings.Cut(f.name, "/")
	return class
}

// folderClasses returns the names of the classes in order: numbers by value if
// all are numbers, and else as text.
func folderClasses(files []imageFile) []string {
	var names []string
	seen := make(map[string]bool)
	numbers := true
	for _, f := range files {
		if name := f.className(); !seen[name] {
			seen[name] = true
			names = append(names, name)
			_, ok := parseNumber(name)
			numbers = numbers && ok
		}
	}
	sort.Strings(names)
	if numbers {
		sort.SliceStable(names, func(i, j int) bool {
			a, _ := parseNumber(names[i])
			b, _ := parseNumber(names[j])
			return a < b
		})
	}
	return names
}
