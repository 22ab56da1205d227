package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"descent/internal/safetensors"
)

// Save writes the variables to one safetensors file, by their names, and beside
// them meta: whatever else a program needs to go on. The file appears under its
// name when it is complete and on the disk; after an error the one that was
// there is as it was.
func (s *Store) Save(path string, meta map[string]string) error {
	if err := safetensors.WriteFile(path, meta, s.tensors()); err != nil {
		return fmt.Errorf("engine: save: %w", err)
	}
	return nil
}

func (s *Store) tensors() (list []safetensors.Tensor) {
	for _, name := range s.Names() {
		list = append(list, safetensors.Tensor{Name: name, Shape: s.Type(name).Dims(), Data: s.Value(name)})
	}
	return list
}

// Load sets the variables to what [Store.Save] wrote, and returns what stands
// beside them. The file must hold each variable of s in its shape, and no other;
// the error names one that differs. After an error s is as it was.
func (s *Store) Load(path string) (meta map[string]string, err error) {
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("engine: load: %w", err)
	}
	if err := s.load(file); err != nil {
		return nil, fmt.Errorf("engine: load %s: %w", path, err)
	}
	return file.Meta, nil
}

func (s *Store) load(file *safetensors.File) error {
	held := map[string]safetensors.Tensor{}
	for _, t := range file.Tensors {
		if s.Value(t.Name) == nil {
			return fmt.Errorf("the file has a variable %q, which there is no place for", t.Name)
		}
		held[t.Name] = t
	}
	for _, name := range s.Names() {
		t, ok := held[name]
		if !ok {
			return fmt.Errorf("the file has no variable %q", name)
		}
		if want := s.Type(name); !slices.Equal(t.Shape, want.Dims()) || len(t.Data) != want.Size() {
			return fmt.Errorf("variable %q has shape %v in the file; want %v of float32", name, t.Shape, want)
		}
	}
	for name, t := range held {
		copy(s.Value(name), t.Data)
	}
	return nil
}

// SHA256 is the hash of the variables in order: names, shapes and bits, in
// hexadecimal.
func (s *Store) SHA256() string {
	h := sha256.New()
	for _, name := range s.Names() {
		fmt.Fprintf(h, "%s%v\n", name, s.Type(name).Dims())
		safetensors.Hash(h, s.Value(name))
	}
	return hex.EncodeToString(h.Sum(nil))
}
