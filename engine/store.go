package engine

import (
	"fmt"

	"descent/graph"
	"descent/internal/exec"
)

// Variable is the name and type of a variable.
type Variable struct {
	Name string
	Type graph.Type
}

// Store holds the values of variables by name. Programs that share a store
// share its variables.
type Store struct{ exec *exec.Store }

// NewStore returns a store of zeros, in the order given.
func NewStore(variables ...Variable) *Store { return &Store{exec.NewStore(declared(variables))} }

// StoreOf returns a store whose variables have the caller's memory: values has a
// slice for each of them, of the size of its type. Programs read and write it
// in place. An error names a variable without memory that fits.
func StoreOf(values map[string][]float32, variables ...Variable) (*Store, error) {
	s, err := exec.StoreOf(declared(variables), values)
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return &Store{s}, nil
}

func declared(variables []Variable) []exec.Declaration {
	list := make([]exec.Declaration, len(variables))
	for i, v := range variables {
		list[i] = exec.Declaration(v)
	}
	return list
}

// Names returns the names of the variables in order.
func (s *Store) Names() []string { return s.exec.Names() }

// Value returns the memory of a variable, to read and to write between runs;
// nil if there is none of that name.
func (s *Store) Value(name string) []float32 { return s.exec.Value(name) }

// Type returns the type of a variable.
func (s *Store) Type(name string) graph.Type { return s.exec.Type(name) }

// Variables lists the variables in order.
func (s *Store) Variables() []Variable {
	var list []Variable
	for _, name := range s.Names() {
		list = append(list, Variable{name, s.Type(name)})
	}
	return list
}

// Copy sets every variable of s to its value in from, which must have them all.
// After an error s is as it was.
func (s *Store) Copy(from *Store) error { return s.exec.Copy(from.exec) }

// Clone returns a store with the same variables and values.
func (s *Store) Clone() *Store { return &Store{s.exec.Clone()} }

// View returns a store in which each variable of s has the memory of the one
// that rename names, where s has that.
func (s *Store) View(rename func(name string) string) *Store { return &Store{s.exec.View(rename)} }

// Select returns a store of some variables of s, in the order given and with
// the same memory. An error names one that s lacks or has in another shape.
func (s *Store) Select(variables ...Variable) (*Store, error) {
	selected, err := s.exec.Select(declared(variables))
	if err != nil {
		return nil, err
	}
	return &Store{selected}, nil
}
