package engine

import (
	"bytes"
	"testing"

	"descent/graph"
	"descent/internal/safetensors"
)

// FuzzStoreLoad asks that the bytes of any file are an error, which leaves the
// store as it was, or give values that are the same after they were written and
// read.
func FuzzStoreLoad(f *testing.F) {
	variables := []Variable{{"a.weight", graph.Shape(2, 3)}, {"a.bias", graph.Shape(3)}}
	whole := written(f, NewStore(variables...))
	f.Add(whole)
	f.Add(whole[:len(whole)-4])
	f.Add(written(f, NewStore(variables[0])))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := safetensors.Parse(text)
		if err != nil {
			return
		}
		s := NewStore(variables...)
		s.Value("a.bias")[1] = 3
		before := s.SHA256()
		if err := s.load(file); err != nil {
			if s.SHA256() != before {
				t.Fatal("a store that could not be loaded was changed")
			}
			return
		}
		again := NewStore(variables...)
		file, err = safetensors.Parse(written(t, s))
		if err == nil {
			err = again.load(file)
		}
		if err != nil || again.SHA256() != s.SHA256() {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

// written returns what Save writes of s.
func written(t testing.TB, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, nil, s.tensors()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
