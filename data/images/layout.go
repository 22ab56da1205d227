package images

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/naming"
)

// imageLayout is what the folders of image files mean.
type imageLayout struct {
	train, test []imageFile
	labeled     bool   // the first folder of each name is its class
	plain       string // the folders of parts that have no classes
	plainTest   bool   // they are the test part
	notes       []string
}

// layOut decides what folders mean: class/image, split/class/image or
// class/split/image, below any number of folders that enclose all; or images
// alone, without classes. Where names do not settle it, a note says how they
// were understood.
func layOut(from string, files []imageFile) (imageLayout, error) {
	files = withoutEnclosing(files)
	tops, beside := topFolders(files)
	switch {
	case len(tops) == 0:
		return imageLayout{train: files}, nil
	case beside != nil:
		return imageLayout{}, besides(beside, &tops[len(tops)-1].files[0])
	case partsWithin(tops):
		note := fmt.Sprintf("the folders %s within each class are read as the parts of the set", naming.List(tops[0].folders()))
		tops, _ = topFolders(withPartsFirst(files))
		return asParts(from, byPart(tops), note)
	}
	if set := setAmong(tops); set != nil {
		l, err := layOut(from, set.files)
		others := slices.DeleteFunc(slices.Clone(tops), func(t *topFolder) bool { return t == set })
		l.notes = append([]string{fmt.Sprintf("the folders %s are beside %s, which holds the parts of the set, and are left out", listTops(others), set.name)}, l.notes...)
		return l, err
	}
	parts, note := shareOut(tops)
	if parts == nil {
		return asClasses(files, tops), nil
	}
	return asParts(from, parts, note)
}

func besides(loose, inside *imageFile) error {
	return fmt.Errorf("data: %s lies beside folders of images, such as that of %s; put each image into the folder of its class", loose.full, inside.full)
}

// asClasses reads each folder as a class, and says where that may be wrong.
func asClasses(files []imageFile, tops []*topFolder) imageLayout {
	l := imageLayout{train: files, labeled: true}
	for _, top := range tops {
		if top.part != "" {
			l.notes = append(l.notes, fmt.Sprintf("the folder %s is read as a class; if it is a part of the set, name it as the data or by --test, or take it out", top.name))
		}
	}
	same := tops[0].folders()
	others := slices.ContainsFunc(tops, func(t *topFolder) bool { return t.loose != nil || !slices.Equal(t.folders(), same) })
	if len(tops) > 1 && len(same) > 1 && !others {
		l.notes = append(l.notes, fmt.Sprintf("the folders %s are read as the classes, and each of them holds %s; if those are the classes, name the first train and test, or give one folder as the data and another by --test",
			listTops(tops), naming.List(same)))
		return l
	}
	l.noteDeep()
	l.noteSplitWords(tops)
	return l
}

// noteSplitWords says that folders are classes whose names speak of training
// and of test, as train_cat and test_cat do.
func (l *imageLayout) noteSplitWords(tops []*topFolder) {
	spoken := make(map[string]bool)
	for _, top := range tops {
		for _, word := range wordsOf(top.name) {
			spoken[splitWords[word]] = true
		}
	}
	if spoken["train"] && (spoken["test"] || spoken["val"]) {
		l.notes = append(l.notes, fmt.Sprintf("the folders %s are read as classes; if they are parts of the set, lay them out as train/cat and test/cat", listTops(tops)))
	}
}

// noteDeep says that folders below those of classes mean nothing.
func (l *imageLayout) noteDeep() {
	for _, f := range l.train {
		if parts := strings.Split(f.name, "/"); len(parts) > 2 {
			l.notes = append(l.notes, fmt.Sprintf("some images lie in folders within a class, such as %s; its class is the first folder, %s", f.name, parts[0]))
			return
		}
	}
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
