package images

import (
	"strings"
	"testing"
)

func layoutOf(names string) (l imageLayout, text string, err error) {
	var files []imageFile
	for _, name := range strings.Fields(names) {
		files = append(files, imageFile{name: name, full: "set/" + name})
	}
	if l, err = layOut("set", sorted(files)); err != nil {
		return l, "", err
	}
	list := func(files []imageFile) string {
		var names []string
		for _, f := range files {
			names = append(names, f.name)
		}
		return strings.Join(names, " ")
	}
	text = list(l.train)
	if l.test != nil {
		text += " | " + list(l.test)
	}
	return l, text, nil
}

func TestLayoutsAreReadAsTheyWereMeant(t *testing.T) {
	for _, test := range []struct {
		name, files, want string
		notes             string // in this one's notes; "" for none
	}{
		{"class/image", "cat/1 dog/2", "cat/1 dog/2", ""},
		{"a test folder without classes", "train/cat/1 train/dog/2 test/3", "cat/1 dog/2 | 3", ""},
		{"enclosed", "pets/train/cat/1 pets/train/dog/2 pets/test/3", "cat/1 dog/2 | 3", ""},
		{"other words", "training/cat/1 training/dog/2 tst/cat/3", "cat/1 dog/2 | cat/3", ""},
		{"words with others", "training_set/cat/1 training_set/dog/2 test-set/cat/3", "cat/1 dog/2 | cat/3", ""},
		{"numbered", "train2017/cat/1 train2017/dog/2 val2017/cat/3", "cat/1 dog/2 | cat/3", "folder of validation images is the test part"},
		{"a word in common", "seg_train/seg_train/cat/1 seg_train/seg_train/dog/2 seg_test/seg_test/cat/3 seg_pred/4", "cat/1 dog/2 | cat/3", `the folders "seg_pred" are none of`},
		{"repeated", "train/train/cat/1 train/train/dog/2 test/test/cat/3", "cat/1 dog/2 | cat/3", ""},
		{"holdout and dev", "train/cat/1 train/dog/2 dev/cat/4 holdout/cat/3", "cat/1 dog/2 cat/4 | cat/3", "joins training"},
		{"a test folder without classes and validation", "train/cat/1 train/dog/2 val/dog/4 test/3", "cat/1 dog/2 | dog/4", "is the test part"},
		{"a folder of others", "train/cat/1 train/dog/2 test/cat/3 extra/4", "cat/1 dog/2 | cat/3", `the folders "extra" are none of`},
		{"class folders beside a test folder", "cat/1 dog/2 test/cat/3", "cat/1 dog/2 | cat/3", `the folders "cat", "dog" are training`},
		{"class folders beside unlabelled images", "cat/1 dog/2 test/3", "cat/1 dog/2 | 3", `the folders "cat", "dog" are training`},
		{"a folder of classes beside unlabelled images", "images/cat/1 images/dog/2 test/3", "cat/1 dog/2 | 3", `the folders "images" are training`},
		{"parts within classes", "cat/train/1 cat/test/2 dog/train/3 dog/test/4", "cat/1 dog/3 | cat/2 dog/4", `"test", "train" within each class`},
		{"a class called train", "bus/1 car/2 train/3", "bus/1 car/2 train/3", "the folder train is read as a class"},
		{"a class called valid", "invalid/1 valid/2", "invalid/1 valid/2", "the folder valid is read as a class"},
		{"a class called test", "control/1 test/2", "control/1 test/2", "the folder test is read as a class"},
		{"words that begin names", "test_negative/1 test_positive/2", "test_negative/1 test_positive/2", ""},
		{"a folder that says images", "train/n1/images/1 train/n2/images/2 val/images/3 test/images/4", "n1/images/1 n2/images/2 | 3 4", "its class is the first folder, n1"},
		{"such a folder over the classes", "train/images/cat/1 train/images/dog/2 test/cat/3", "cat/1 dog/2 | cat/3", ""},
		{"a class called images", "train/images/1 train/masks/2 test/images/3", "images/1 masks/2 | images/3", ""},
		{"a test folder of another language", "train/cat/1 train/dog/2 prueba/cat/3 prueba/dog/4", "cat/1 dog/2 | cat/3 dog/4", "the folder prueba is the test part"},
		{"words within names", "train_cat/1 train_dog/2 test_cat/3", "test_cat/3 train_cat/1 train_dog/2", "lay them out as train/cat and test/cat"},
		{"a set beside others", "pets/train/cat/1 pets/train/dog/2 pets/test/cat/3 docs/4", "cat/1 dog/2 | cat/3", `the folders "docs" are beside pets`},
		{"an enclosed set beside a test folder", "pets/pets/train/cat/1 pets/pets/train/dog/2 pets/pets/valid/cat/3 test/test/4", "cat/1 dog/2 | cat/3", `the folders "test" are beside pets`},
		{"a set beside a test folder", "pets/train/cat/1 pets/train/dog/2 pets/valid/cat/3 test/4", "cat/1 dog/2 | cat/3", `the folders "test" are beside pets`},
		{"training beside images without classes", "train/cat/1 train/dog/2 predict/3 unlabelled/all/4", "cat/1 dog/2", `the folders "predict", "unlabelled" are none of`},
		{"training as a class with kinds", "car/suv/1 car/van/2 train/ice/3 train/tgv/4", "car/suv/1 car/van/2 train/ice/3 train/tgv/4", "the folder train is read as a class"},
		{"words told apart by capitals", "TrainImages/cat/1 TrainImages/dog/2 TestImages/cat/3", "cat/1 dog/2 | cat/3", ""},
		{"such words within names", "trainA/1 trainB/2 testA/3", "testA/3 trainA/1 trainB/2", "lay them out as train/cat and test/cat"},
		{"sets beside each other", "a/train/cat/1 a/test/cat/2 b/train/cat/3 b/test/cat/4 c/5", "a/test/cat/2 a/train/cat/1 b/test/cat/4 b/train/cat/3 c/5", "its class is the first folder, a"},
		{"the same folders in each", "a/cat/1 a/dog/2 b/cat/3 b/dog/4", "a/cat/1 a/dog/2 b/cat/3 b/dog/4", `the folders "a", "b" are read as the classes, and each of them holds "cat", "dog"`},
		{"folders within a class", "cat/2019/1 dog/2", "cat/2019/1 dog/2", "its class is the first folder, cat"},
		{"within a class of training", "train/cat/2019/1 train/dog/2 test/dog/3", "cat/2019/1 dog/2 | dog/3", "its class is the first folder, cat"},
	} {
		l, got, err := layoutOf(test.files)
		notes := strings.Join(l.notes, "\n")
		if err != nil || got != test.want || !l.labeled || !strings.Contains(notes, test.notes) || (test.notes == "") != (notes == "") {
			t.Errorf("%s: %q, want %q; notes %q, %v", test.name, got, test.want, notes, err)
		}
		if plain := l.plainTest; plain != (l.test != nil && !strings.Contains(l.test[0].name, "/")) {
			t.Errorf("%s: the test part has classes: %v", test.name, !plain)
		}
	}
	for _, test := range []struct{ name, files, want string }{
		{"loose images in test", "train/cat/1 train/dog/2 test/cat/3 test/4", "set/test/4 lies beside folders"},
		{"loose images in training", "train/cat/1 train/2 test/cat/3", "set/train/2 lies beside folders"},
		{"training without classes", "train/1 test/cat/2", "lie in no folders named after classes; put each into the folder of its class, as in train/cat/1"},
		{"no training", "test/cat/1 val/cat/2", "none for training"},
		{"validation of other classes", "train/cat/1 train/dog/2 val/cats/3 test/cat/4", `set/val/cats/3 is of class "cats", which has no folder in training; did you mean "cat"?`},
	} {
		if l, got, err := layoutOf(test.files); err == nil && l.labeled || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	if l, got, err := layoutOf("train/1 test/2"); err != nil || l.labeled || got != "train/1 | test/2" {
		t.Errorf("parts without classes: %q, %v", got, err)
	}
}
