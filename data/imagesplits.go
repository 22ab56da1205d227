package data

import "strings"

// splitWords are the words that name a part of a set, and which.
var splitWords = map[string]string{
	"train": "train", "training": "train", "trn": "train",
	"test": "test", "testing": "test", "tst": "test", "holdout": "test",
	"val": "val", "valid": "val", "validation": "val", "dev": "val", "eval": "val", "evaluation": "val",
}

// besideWords do not name a part but may stand beside the word that does, as
// in training_set, test-images or val2017.
var besideWords = map[string]bool{"": true, "set": true, "data": true, "dataset": true, "images": true, "image": true, "imgs": true, "img": true, "split": true, "folder": true}

// splitOf returns the part that a folder is named after: train, test or val;
// "" if it is none of them.
func splitOf(folder string) string {
	part := ""
	for _, word := range strings.FieldsFunc(strings.ToLower(folder), func(r rune) bool { return strings.ContainsRune(" _-.0123456789", r) }) {
		word = strings.TrimSuffix(word, "set")
		switch known := splitWords[word]; {
		case known != "" && part == "":
			part = known
		case !besideWords[word]:
			return ""
		}
	}
	return part
}

// alsoClass reports whether a word for a part is as likely the name of a
// class: train beside car and bus, valid beside invalid.
func alsoClass(folder string) bool {
	switch strings.ToLower(folder) {
	case "train", "training", "valid", "dev":
		return true
	}
	return false
}
