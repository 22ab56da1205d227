package images

import (
	"slices"
	"strings"
	"unicode"
)

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
// "" if it is none of them. The words in beside say nothing.
func splitOf(folder string, beside map[string]bool) string {
	part := ""
	for _, word := range wordsOf(folder) {
		switch known := splitWords[word]; {
		case known != "" && part == "":
			part = known
		case !besideWords[word] && !beside[word]:
			return ""
		}
	}
	return part
}

// saysNothing reports whether a folder is named by such words alone, as images.
func saysNothing(folder string) bool {
	words := wordsOf(folder)
	return len(words) > 0 && !slices.ContainsFunc(words, func(word string) bool { return !besideWords[word] })
}

// wordsOf returns the words of a name, in small letters; TestImages has two.
func wordsOf(name string) []string {
	var spaced []rune
	lower := false
	for _, r := range name {
		if lower && unicode.IsUpper(r) {
			spaced = append(spaced, ' ')
		}
		spaced, lower = append(spaced, unicode.ToLower(r)), unicode.IsLower(r)
	}
	words := strings.FieldsFunc(string(spaced), func(r rune) bool { return strings.ContainsRune(" _-.0123456789", r) })
	for i, word := range words {
		words[i] = strings.TrimSuffix(word, "set")
	}
	return words
}

// commonWords returns the words that stand in all names, as seg does in
// seg_train and seg_test, where there is more than one.
func commonWords(names []string) map[string]bool {
	if len(names) < 2 {
		return nil
	}
	count := make(map[string]int)
	for _, name := range names {
		words := wordsOf(name)
		slices.Sort(words)
		for _, word := range slices.Compact(words) {
			count[word]++
		}
	}
	common := make(map[string]bool)
	for word, n := range count {
		common[word] = n == len(names) && splitWords[word] == ""
	}
	return common
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
