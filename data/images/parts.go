package images

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/naming"
)

// asParts reads folders as parts of a set, each with folders of classes. A
// test or validation part without such folders can be predicted alone. The
// note, if any, says how the parts were found.
func asParts(from string, parts map[string][]*topFolder, note string) (imageLayout, error) {
	l := imageLayout{labeled: true}
	if note != "" {
		l.notes = append(l.notes, note)
	}
	files := make(map[string][]imageFile)
	var plain []*topFolder
	for _, part := range []string{"train", "val", "test"} {
		for _, top := range parts[part] {
			switch {
			case top.flat():
				plain = append(plain, top)
				continue
			case top.loose != nil:
				return l, besides(top.loose, top.inside)
			}
			files[part] = append(files[part], withoutFirst(top.files)...)
		}
	}
	l.train, l.test = files["train"], files["test"]
	switch {
	case len(files) == 0:
		return plainParts(parts), nil
	case len(parts["train"]) == 0:
		return l, fmt.Errorf("data: %s has folders for test and validation and none for training; name it train", from)
	case plain != nil && plain[0].part == "train":
		f := plain[0].loose
		return l, fmt.Errorf("data: %s and the other images of %s lie in no folders named after classes; put each into the folder of its class, as in %s/cat/%s",
			f.full, plain[0].name, plain[0].name, naming.Base(f.name))
	case len(l.test) == 0 && len(files["val"]) > 0:
		l.test = files["val"]
		l.notes = append(l.notes, "the folder of validation images is the test part; validation is cut from training")
	case len(files["val"]) > 0:
		if err := ofClasses(files["val"], folderClasses(l.train)); err != nil {
			return l, err
		}
		l.train = append(slices.Clip(l.train), files["val"]...)
		l.notes = append(l.notes, "the folder of validation images joins training, from which validation is cut")
	}
	if plain != nil {
		l.plain = listTops(plain)
	}
	if plain != nil && l.test == nil {
		for _, top := range plain {
			l.test = append(l.test, withoutFirst(top.files)...)
		}
		l.plainTest = true
	}
	l.noteDeep()
	return l, nil
}

// notePlain says which folders are left out because they have no classes.
func (l *imageLayout) notePlain() {
	if l.plain != "" {
		l.notes = append(l.notes, fmt.Sprintf("the images of %s lie in no folders of classes, and are left out; to predict them, name their folder", l.plain))
	}
}

// plainParts reads parts that all have no classes: images alone, of which
// those for test are the ones to predict.
func plainParts(parts map[string][]*topFolder) imageLayout {
	var l imageLayout
	for _, part := range []string{"train", "val", "test"} {
		for _, top := range parts[part] {
			if part == "test" {
				l.test = append(l.test, top.files...)
			} else {
				l.train = append(l.train, top.files...)
			}
		}
	}
	if len(l.train) == 0 {
		l.train, l.test = l.test, nil
	}
	if l.test != nil {
		l.notes = append(l.notes, fmt.Sprintf("only the images of %s are taken", listTops(parts["test"])))
	}
	return l
}

// withoutFirst drops the first folder of each name.
func withoutFirst(files []imageFile) []imageFile {
	out := slices.Clone(files)
	for i := range out {
		_, out[i].name, _ = strings.Cut(out[i].name, "/")
	}
	return out
}
