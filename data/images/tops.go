package images

import (
	"fmt"
	"slices"
	"strings"

	"descent/data/internal/naming"
)

// topFolder is a folder of the first level.
type topFolder struct {
	name   string
	part   string      // train, test or val, by its name; "" if it is none
	files  []imageFile // below it, in order
	loose  *imageFile  // that lies in it; nil: all lie in folders of it
	inside *imageFile  // that lies in a folder of it; nil: all lie in it
}

// topFolders groups files by their first folders, in order, and returns one
// that lies in none.
func topFolders(files []imageFile) (tops []*topFolder, beside *imageFile) {
	byName := make(map[string]*topFolder)
	var names []string
	for i, f := range files {
		first, _, deeper := strings.Cut(f.name, "/")
		if !deeper {
			beside = &files[i]
			continue
		}
		top := byName[first]
		if top == nil {
			top = &topFolder{name: first}
			byName[first], tops = top, append(tops, top)
			names = append(names, first)
		}
		top.files = append(top.files, f)
	}
	common, several := commonWords(names), severalFolders(tops)
	for _, top := range tops {
		top.part = splitOf(top.name, common)
		top.dropRepeated(several)
		for i, f := range top.files {
			if strings.Count(f.name, "/") > 1 {
				top.inside = &top.files[i]
			} else {
				top.loose = &top.files[i]
			}
		}
	}
	return tops, beside
}

func (t *topFolder) flat() bool { return t.inside == nil }

// folders returns the folders of the second level, sorted.
func (t *topFolder) folders() []string {
	var names []string
	last := ""
	for _, f := range t.files {
		_, below, _ := strings.Cut(f.name, "/")
		if name, _, inside := strings.Cut(below, "/"); inside && name != last {
			names, last = append(names, naming.Normal(name)), name
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// severalFolders returns the folders of the second level that stand beside
// others.
func severalFolders(tops []*topFolder) map[string]bool {
	several := make(map[string]bool)
	for _, top := range tops {
		if names := top.folders(); len(names) > 1 {
			for _, name := range names {
				several[name] = true
			}
		}
	}
	return several
}

// dropRepeated drops folders that say again what part they hold, as unpacking
// leaves them: train/train/cat/1.png, seg_train/seg_train/cat/1.png; and those
// that say that images do: val/images/1.png. A folder that stands beside others
// in another part is a class.
func (t *topFolder) dropRepeated(several map[string]bool) {
	for t.part != "" {
		again := t.folders()
		if len(again) != 1 || slices.ContainsFunc(t.files, func(f imageFile) bool { return strings.Count(f.name, "/") < 2 }) {
			return
		}
		repeats := again[0] == naming.Normal(t.name) || splitOf(again[0], nil) == t.part
		if !repeats && (!saysNothing(again[0]) || several[again[0]]) {
			return
		}
		for i, f := range t.files {
			parts := strings.SplitN(f.name, "/", 3)
			t.files[i].name = parts[0] + "/" + parts[2]
		}
	}
}

func byPart(tops []*topFolder) map[string][]*topFolder {
	parts := make(map[string][]*topFolder)
	for _, top := range tops {
		parts[top.part] = append(parts[top.part], top)
	}
	return parts
}

// partsWithin reports whether all folders hold nothing but the parts of a set:
// cat/train, cat/test, dog/train.
func partsWithin(tops []*topFolder) bool {
	train, others := false, false
	for _, top := range tops {
		if top.part != "" || top.loose != nil {
			return false
		}
		for _, name := range top.folders() {
			switch splitOf(name, nil) {
			case "":
				return false
			case "train":
				train = true
			default:
				others = true
			}
		}
	}
	return train && others
}

// setAmong returns the one folder that holds a set in parts, set/train/cat/1.png
// and set/test/cat/2.png, where others hold none; nil if there is no such.
func setAmong(tops []*topFolder) *topFolder {
	var set *topFolder
	for _, top := range tops {
		switch {
		case top.part == "train":
			return nil
		case top.part != "" || len(tops) == 1 || !top.holdsParts():
			continue
		case set != nil:
			return nil
		}
		set = top
	}
	return set
}

// holdsParts reports whether nothing but the parts of a set lies in a folder,
// the training part in folders of classes.
func (t *topFolder) holdsParts() bool {
	within, beside := topFolders(withoutEnclosing(withoutFirst(t.files)))
	parts := byPart(within)
	return beside == nil && len(parts) > 1 && parts[""] == nil && parts["train"] != nil &&
		!slices.ContainsFunc(parts["train"], (*topFolder).flat)
}

// withPartsFirst makes split/class/image of class/split/image.
func withPartsFirst(files []imageFile) []imageFile {
	out := slices.Clone(files)
	for i, f := range out {
		parts := strings.SplitN(f.name, "/", 3)
		out[i].name = parts[1] + "/" + parts[0] + "/" + parts[2]
	}
	return sorted(out)
}

// shareOut gives folders to the parts of a set, with a note where their names
// alone do not say so; nil where they are classes.
func shareOut(tops []*topFolder) (parts map[string][]*topFolder, note string) {
	parts = byPart(tops)
	others := parts[""]
	delete(parts, "")
	switch train := parts["train"]; {
	case len(parts) == 0:
		return nil, ""
	case len(others) == 0:
		return parts, ""
	case len(train) == 0:
		return besideTest(parts, others)
	case len(parts) == 1 && len(tops) == 2 && sameClasses(train[0], others[0]):
		parts["test"] = others
		return parts, fmt.Sprintf("the folder %s is the test part, as it holds the classes of %s; if it is not, take it out", others[0].name, train[0].name)
	case !slices.ContainsFunc(train, (*topFolder).flat) && (len(parts) > 1 || withoutClasses(others) && len(train[0].folders()) > 1):
		return parts, fmt.Sprintf("the folders %s are none of training, validation and test, and are left out", listTops(others))
	}
	return nil, ""
}

// withoutClasses reports whether all images of folders lie in them, or in one
// folder of theirs.
func withoutClasses(tops []*topFolder) bool {
	return !slices.ContainsFunc(tops, func(t *topFolder) bool { return len(t.folders()) > 1 })
}

// sameClasses reports whether two folders hold the same folders, and more than
// one.
func sameClasses(a, b *topFolder) bool {
	names := a.folders()
	return a.loose == nil && b.loose == nil && len(names) > 1 && slices.Equal(names, b.folders())
}

// besideTest finds the training part in the folders that stand beside those
// for test and validation: one that holds the classes, or the classes.
func besideTest(parts map[string][]*topFolder, others []*topFolder) (map[string][]*topFolder, string) {
	train, classes := others, []string(nil)
	if len(others) == 1 {
		classes = others[0].folders()
	} else {
		for _, top := range others {
			classes = append(classes, naming.Normal(top.name))
		}
		train = []*topFolder{joined(others)}
	}
	if len(classes) < 2 || train[0].loose != nil {
		return nil, ""
	}
	held := append(slices.Clone(parts["test"]), parts["val"]...)
	for _, top := range held {
		known := slices.ContainsFunc(top.folders(), func(name string) bool { return slices.Contains(classes, name) })
		if top.flat() && alsoClass(top.name) || !top.flat() && !known {
			return nil, ""
		}
	}
	parts["train"] = train
	return parts, fmt.Sprintf("the folders %s are training, as %s is beside them", listTops(others), listTops(held))
}

// joined makes a folder of class folders.
func joined(classes []*topFolder) *topFolder {
	all := &topFolder{}
	for _, class := range classes {
		for _, f := range class.files {
			f.name = "train/" + f.name
			all.files = append(all.files, f)
		}
	}
	all.inside = &all.files[0]
	return all
}

func listTops(tops []*topFolder) string {
	names := make([]string, len(tops))
	for i, top := range tops {
		names[i] = top.name
	}
	return naming.List(names)
}
