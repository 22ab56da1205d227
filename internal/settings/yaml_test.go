package settings

import (
	"bytes"
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
