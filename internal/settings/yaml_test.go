package settings

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestYAMLForms(t *testing.T) {
	for _, row := range []struct{ yaml, key, want string }{
		{"", "epochs", "auto"},
		{"# nothing\n", "epochs", "auto"},
		{"epochs: auto", "epochs", "auto"},
		{"optimizer: sgd", "optimizer.name", "sgd"},
		{"optimizer:\n  name: sgd\n", "optimizer.name", "sgd"},
		{"optimizer: {momentum: 0.5}", "optimizer.momentum", "0.5"},
		{"target: price", "target", "price"},
		{"target: [price, rent]", "target", "price,rent"},
		{"target:\n- price\n- rent\n", "target", "price,rent"},
		{`target: "a, b"`, "target", `"a, b"`},
		{"batch: 12", "batch", "12"},
		{"batch: all", "batch", "all"},
		{"learning_rate: 1e-3", "learning_rate", "0.001"},
		{"seed: 18446744073709551615", "seed", "18446744073709551615"},
		{"data: 2024.csv", "data", "2024.csv"},
	} {
		s := Default()
		if err := Parse("run.yaml", []byte(row.yaml), &s); err != nil {
			t.Errorf("%q: %v", row.yaml, err)
			continue
		}
		setting, err := Find(row.key)
		if err != nil {
			t.Fatal(err)
		}
		if got := setting.Text(&s); got != row.want {
			t.Errorf("%q: %s is %q, want %q", row.yaml, row.key, got, row.want)
		}
	}
}

// TestScalarText checks that any text comes back from YAML.
func TestScalarText(t *testing.T) {
	for _, text := range []string{"", "a", "null", "Null", "~", "yes", "1e-8", "-1", "a: b", "# x", "a\nb", `"`, "'", "é", "@", "- x", "1.5.2", "mlp:3", " x ", "0x10", ".5", "[a]", strings.Repeat("long words ", 40)} {
		s := Default()
		if err := Parse("run.yaml", []byte("data: "+scalarText(text)+"\n"), &s); err != nil || s.Data != text {
			t.Errorf("%q became %q as %s: %v", text, s.Data, scalarText(text), err)
		}
	}
}

// FuzzSettings asks that any text is an error or settings that are the same
// after they were printed and read.
func FuzzSettings(f *testing.F) {
	var usual bytes.Buffer
	s := Default()
	if err := s.Write(&usual); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{usual.String(), "", "epochs: 3\noptimizer: adam\n", "optimizer:\n  name: sgd\n  momentum: 0.9\n", "target: [a, 'b,c']\n", "seed: &a 1\nsplit_seed: *a\n", "optimizer: &o\n  name: *o\n", "a: {b: [}", "--- 1\n--- 2\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := Default()
		if err := Parse("fuzz.yaml", []byte(text), &s); err != nil {
			return
		}
		var once, again bytes.Buffer
		if err := s.Write(&once); err != nil {
			t.Fatal(err)
		}
		back := Default()
		if err := Parse("printed.yaml", once.Bytes(), &back); err != nil {
			t.Fatalf("%v in\n%s", err, once.String())
		}
		if err := back.Write(&again); err != nil || once.String() != again.String() {
			t.Fatalf("%v: printed again\n%s\nwant\n%s", err, again.String(), once.String())
		}
	})
}

// TestFilesThatAreNoSettings: a file too large, too deep or that holds itself
// is refused, at once.
func TestFilesThatAreNoSettings(t *testing.T) {
	bomb := "x0: &x0 [a, a]\n"
	for i := range 60 {
		bomb += fmt.Sprintf("x%d: &x%d [*x%d, *x%d]\n", i+1, i+1, i, i)
	}
	for name, row := range map[string]struct{ text, want string }{
		"large":  {strings.Repeat("# nothing\n", 1<<17), "1 MiB"},
		"deep":   {"freeze: " + strings.Repeat("[", 100_000), "depth"},
		"bomb":   {bomb, "unknown setting"},
		"list":   {"freeze: [&a [x], *a]", "list of names"},
		"itself": {"optimizer: &a {name: *a}", "one value"},
		"groups": {"groups: &g\n  - *g\n", "want names"},
	} {
		path := filepath.Join(t.TempDir(), name+".yaml")
		if err := os.WriteFile(path, []byte(row.text), 0o666); err != nil {
			t.Fatal(err)
		}
		s := Default()
		if err := Read(path, &s); err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want %q", name, err, row.want)
		}
	}
}

// TestBytes: a path need not be UTF-8, and comes back as it was.
func TestBytes(t *testing.T) {
	const path = "K\xf6ln.csv"
	s := Default()
	s.Data, s.Target = path, []string{path, "price"}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	back := Default()
	if err := Parse("run.yaml", b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back.Data != path || len(back.Target) != 2 || back.Target[0] != path {
		t.Errorf("%q and %q came back", back.Data, back.Target)
	}
	if err := Parse("run.yaml", []byte("data: !!binary no base64\n"), &back); err == nil {
		t.Error("bytes that are none are no error")
	}
}
