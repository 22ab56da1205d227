package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/data"
)

// TestDoubtfulTargets checks that a target that is hardly classes is refused
// before memory is taken, but not where the task says so or a run was begun.
func TestDoubtfulTargets(t *testing.T) {
	for _, test := range []struct {
		name       string
		rows, kind int
		want       string
	}{
		{"identifiers", 30, 30, "different in each of 30 rows"},
		{"nearly identifiers", 600, 400, "400 classes in 600 rows"},
		{"memory", 26000, 13000, "13,000 classes, for which training takes about 1.4 GB"},
	} {
		var text strings.Builder
		text.WriteString("a,y\n")
		for i := range test.rows {
			fmt.Fprintf(&text, "%d.5,n%d\n", i*i%101, i%test.kind)
		}
		path := filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		args := []string{"--data", path, "--target", "y", "--split", "100/0/0"}
		_, err := prepared(args...)
		if !errors.Is(err, data.ErrDoubtfulTarget) || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "--task classification") {
			t.Errorf("%s: %v", test.name, err)
		}
		asked, err := prepared(append(args, "--task", "classification")...)
		if err != nil {
			t.Errorf("%s, asked for: %v", test.name, err)
			continue
		}
		s := Default()
		s.Data, s.Target, s.Split = path, Columns{"y"}, "100/0/0"
		again, err := PrepareAgain(s)
		if err != nil {
			t.Errorf("%s, begun: %v", test.name, err)
			continue
		}
		if a, b := hash(t, asked), hash(t, again); a != b {
			t.Errorf("%s: the data of a run that was begun is other", test.name)
		}
	}
}

func hash(t *testing.T, j *Job) string {
	t.Helper()
	h, err := data.Hash(j.Source)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
