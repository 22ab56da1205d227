package engine_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descent/engine"
	"descent/graph"
)

func vector(name string, n int) engine.Variable {
	return engine.Variable{Name: name, Type: graph.Shape(n)}
}

// counted is a store of a [2], b [3] and b.c [1, 2] that holds 1, 2, ...
func counted() *engine.Store {
	s := engine.NewStore(vector("a", 2), vector("b", 3), engine.Variable{Name: "b.c", Type: graph.Shape(1, 2)})
	v := float32(0)
	for _, name := range s.Names() {
		for i := range s.Value(name) {
			v++
			s.Value(name)[i] = v
		}
	}
	return s
}

func TestStore(t *testing.T) {
	s := counted()
	if want := []string{"a", "b", "b.c"}; !slices.Equal(s.Names(), want) || len(s.Variables()) != 3 || s.Variables()[2].Type != graph.Shape(1, 2) || s.Value("x") != nil {
		t.Errorf("%v, %v", s.Names(), s.Variables())
	}

	clone := s.Clone()
	s.Value("a")[0] = 9
	if clone.Value("a")[0] != 1 || clone.SHA256() == s.SHA256() {
		t.Error("a clone shares memory")
	}
	if err := clone.Copy(s); err != nil || clone.SHA256() != s.SHA256() {
		t.Errorf("a copy: error %v", err)
	}

	view := s.View(func(name string) string { return map[string]string{"a": "b.c", "b": "nothing"}[name] })
	if view.Value("a")[1] != s.Value("b.c")[1] || view.Value("b")[0] != s.Value("b")[0] {
		t.Errorf("view %v, %v", view.Value("a"), view.Value("b"))
	}

	some, err := s.Select(s.Variables()[2], s.Variables()[0])
	if err != nil || !slices.Equal(some.Names(), []string{"b.c", "a"}) {
		t.Fatalf("selected %v, error %v", some, err)
	}
	some.Value("a")[1] = 7
	if s.Value("a")[1] != 7 {
		t.Error("a selection has memory of its own")
	}

	under := s.Under("b")
	if !slices.Equal(under.Names(), []string{"c"}) || under.Type("c") != graph.Shape(1, 2) || &under.Value("c")[0] != &s.Value("b.c")[0] {
		t.Errorf("under b: %v", under.Variables())
	}
	if len(s.Under("c").Names()) != 0 {
		t.Error("there is something under c")
	}
}

func TestStoreErrors(t *testing.T) {
	s := counted()
	before := s.SHA256()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{s.Copy(engine.NewStore(vector("a", 2))), `engine: copy: variable "b": 0 values do not fit [3]`},
		{s.Copy(engine.NewStore(vector("a", 2), vector("b", 4), vector("b.c", 2))), `variable "b": 4 values do not fit [3]`},
		{selected(s, vector("x", 1)), `engine: there is no variable "x"`},
		{selected(s, vector("a", 3)), `variable "a" has shape [2], not [3]`},
	} {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", tt.err, tt.want)
		}
	}
	if s.SHA256() != before {
		t.Error("an error changed the store")
	}
}

func selected(s *engine.Store, v engine.Variable) error {
	_, err := s.Select(v)
	return err
}

// TestSaveLoad keeps all bits, and what stands beside them.
func TestSaveLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.safetensors")
	for _, meta := range []map[string]string{nil, {"update": "3", "why": "\"é\""}} {
		s := counted()
		if err := s.Save(path, meta); err != nil {
			t.Fatal(err)
		}
		other := engine.NewStore(s.Variables()...)
		got, err := other.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if other.SHA256() != s.SHA256() || len(got) != len(meta) || got["why"] != meta["why"] {
			t.Errorf("loaded %v beside %v", got, other.Value("b"))
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("%v, error %v", left, err)
	}
}

// TestLoadErrors: each name and shape that differs, and no change.
func TestLoadErrors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.safetensors")
	if err := counted().Save(path, nil); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.safetensors")
	if err := os.WriteFile(cut, whole[:len(whole)-1], 0o666); err != nil {
		t.Fatal(err)
	}
	bc := counted().Variables()[2]
	for _, tt := range []struct {
		path      string
		variables []engine.Variable
		want      string
	}{
		{path, []engine.Variable{vector("a", 2), vector("b", 3)}, `s.safetensors: the file has a variable "b.c", which there is no place for`},
		{path, []engine.Variable{vector("a", 2), vector("b", 3), bc, vector("d", 1)}, `the file has no variable "d"`},
		{path, []engine.Variable{vector("a", 2), vector("b", 4), bc}, `variable "b" has shape [3] in the file; want [4] of float32`},
		{path, []engine.Variable{vector("a", 2), vector("b", 3), vector("b.c", 2)}, `variable "b.c" has shape [1 2] in the file; want [2] of float32`},
		{cut, []engine.Variable{vector("a", 2), vector("b", 3), bc}, "cut.safetensors: safetensors: "},
		{filepath.Join(dir, "none"), nil, "no such file"},
	} {
		s := engine.NewStore(tt.variables...)
		before := s.SHA256()
		if _, err := s.Load(tt.path); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one that says %q", err, tt.want)
		}
		if s.SHA256() != before {
			t.Errorf("%s: the store is not as it was", tt.want)
		}
	}
	if err := counted().Save(filepath.Join(dir, "none", "s"), nil); err == nil || !strings.Contains(err.Error(), "engine: save") {
		t.Errorf("a folder that there is not: error %v", err)
	}
}
