package runs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descent/internal/runs"
	"descent/internal/runtest"
)

// several makes a folder of three runs and things that are none.
func several(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	for name, change := range map[string]func(map[string]string){
		"a": func(map[string]string) {},
		"b": func(f map[string]string) {
			f["summary.json"] = strings.ReplaceAll(f["summary.json"], "0.7", "0.9")
			f["config.yaml"] = strings.ReplaceAll(f["config.yaml"], "0.1", "0.01")
		},
		"c": func(f map[string]string) { delete(f, "summary.json") },
	} {
		f := runtest.Files("0.1")
		change(f)
		if err := os.Rename(runtest.Folder(t, name, f), filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "other"), 0o777); err != nil {
		t.Fatal(err)
	}
	return root
}

func names(list []*runs.Run) string {
	var b strings.Builder
	for _, r := range list {
		b.WriteString(r.Name())
	}
	return b.String()
}

func TestListAndSort(t *testing.T) {
	list, err := runs.List(several(t))
	if err != nil || names(list) != "abc" {
		t.Fatalf("runs %q: %v", names(list), err)
	}
	for key, want := range map[string]string{"-test.accuracy": "bac", "test.accuracy": "abc", "learning_rate": "bac", "-name": "cba", "status": "abc"} {
		runs.Sort(list, "name")
		if runs.Sort(list, key); names(list) != want {
			t.Errorf("by %s: %s, want %s", key, names(list), want)
		}
	}
	if _, err := runs.List(filepath.Join(t.TempDir(), "nothing")); err == nil {
		t.Error("a folder that is not there was listed")
	}
}

func TestConditions(t *testing.T) {
	list, err := runs.List(several(t))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"learning_rate=0.10": "ac", "learning_rate<0.1": "b", "test.accuracy>=0.7": "ab", "test.accuracy > 0.7": "b",
		"test.accuracy!=0.7": "bc", "status=unfinished": "c", "optimizer.name=adam": "abc", "name<=b": "ab", "data!=digits": "",
	} {
		c, err := runs.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range list {
			if c.Holds(r) {
				got += r.Name()
			}
		}
		if got != want {
			t.Errorf("%s holds for %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "adam", "=adam", "a!b"} {
		if _, err := runs.ParseCondition(text); err == nil {
			t.Errorf("%q is taken for a condition", text)
		}
	}
}

// TestLargeSeeds: seeds that float64 does not tell apart are two.
func TestLargeSeeds(t *testing.T) {
	f := runtest.Files("0.1")
	const seed = "18446744073709551615"
	f["config.yaml"] = strings.ReplaceAll(f["config.yaml"], "seed: 0", "seed: "+seed)
	f["summary.json"] = `{"seeds": {"seed": ` + seed + `}, "test": {"loss": 0.25}}`
	r, err := runs.Read(runtest.Folder(t, "a", f))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		condition string
		want      bool
	}{
		{"seeds.seed=" + seed, true}, {"seeds.seed=18446744073709551614", false}, {"seeds.seed>18446744073709551614", true},
		{"test.loss=0.250", true}, {"test.loss=1/4", false},
	} {
		c, err := runs.ParseCondition(row.condition)
		if err != nil {
			t.Fatal(err)
		}
		if c.Holds(r) != row.want {
			t.Errorf("%s: want %v", row.condition, row.want)
		}
	}
	if text, ok := r.Value("seeds.seed"); !ok || text != seed {
		t.Errorf("the seed is %s", text)
	}
}

func TestRemove(t *testing.T) {
	root := several(t)
	in := func(name string) string { return filepath.Join(root, name) }
	if err := os.Symlink(in("b"), in("link")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in("c")+"/notes.txt", []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"other": "no run folder", "link": "is a link", "c": "notes.txt", "nothing": "nothing", "": "no run folder"} {
		if err := runs.Remove(in(name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error is %v, want %q", name, err, want)
		}
	}
	t.Chdir(in("b"))
	if err := runs.Remove("."); err == nil || !strings.Contains(err.Error(), "where you are") {
		t.Errorf("error is %v", err)
	}
	t.Chdir(root)
	if err := runs.Remove("a"); err != nil {
		t.Fatal(err)
	}
	if list, err := runs.List(root); err != nil || names(list) != "bc" {
		t.Errorf("left are %q: %v", names(list), err)
	}
}
