package images

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"descent/data/internal/naming"
	"descent/internal/suggest"
)

// className returns the folder that names the class of a file.
func (f imageFile) className() string {
	class, _, _ := strings.Cut(f.name, "/")
	return class
}

// folderClasses returns the names of the classes in order: numbers by value if
// all are numbers, and else as text. Of the spellings of one name it takes the
// first.
func folderClasses(files []imageFile) []string {
	var names []string
	seen := make(map[string]bool)
	numbers := true
	last := ""
	for _, f := range files {
		name := f.className()
		if name == last {
			continue
		}
		last = name
		if normal := naming.Normal(name); !seen[normal] {
			seen[normal] = true
			names = append(names, name)
			_, ok := folderNumber(name)
			numbers = numbers && ok
		}
	}
	sort.Strings(names)
	if numbers {
		sort.SliceStable(names, func(i, j int) bool {
			a, _ := folderNumber(names[i])
			b, _ := folderNumber(names[j])
			return a < b
		})
	}
	return names
}

// folderNumber reads the number that a folder is called. It decides the order
// of classes alone, which the files of models keep: a notation that is read in
// tables does not change it.
func folderNumber(name string) (float64, bool) {
	v, err := strconv.ParseFloat(name, 64)
	return v, v == v && (err == nil || errors.Is(err, strconv.ErrRange))
}

// ofClasses returns an error if a file is of none of the classes.
func ofClasses(files []imageFile, classes []string) error {
	number := naming.NewIndex(classes)
	for _, f := range files {
		if _, known := number.Of(f.className()); !known {
			return fmt.Errorf("data: %s is of class %q, which has no folder in training%s; those are %s",
				f.full, f.className(), suggest.DidYouMean(f.className(), classes), naming.List(classes))
		}
	}
	return nil
}

// noteClasses says what is odd about the names of classes: those that differ
// in case only, and those of training that the test part lacks.
func noteClasses(classes []string, test []imageFile) []string {
	var notes []string
	lower := make(map[string]string)
	for _, name := range classes {
		folded := strings.ToLower(naming.Normal(name))
		if other, there := lower[folded]; there {
			notes = append(notes, fmt.Sprintf("the folders %s and %s differ in case only, and are two classes; if they are one, join them", other, name))
		}
		lower[folded] = name
	}
	if test == nil {
		return notes
	}
	tested := naming.NewIndex(folderClasses(test))
	var missing []string
	for _, name := range classes {
		if _, there := tested.Of(name); !there {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		notes = append(notes, fmt.Sprintf("the test part has no images of %s", naming.List(missing)))
	}
	return notes
}
