package engine

import (
	"errors"
	"fmt"
	"strings"

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

// NewStore returns a store of zeros, in the order given. It panics if two
// variables have one name.
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

// Copy sets every variable of s to its value in from, which must have them all in
// the same shapes.
// After an error s is as it was.
func (s *Store) Copy(from *Store) error {
	if from == nil {
		return errors.New("engine: copy: there is no store to copy from")
	}
	if err := s.exec.Copy(from.exec); err != nil {
		return fmt.Errorf("engine: copy: %w", err)
	}
	return nil
}

// Clone returns a store with the same variables and values.
func (s *Store) Clone() *Store { return &Store{s.exec.Clone()} }

// Fixed returns a store of the same memory whose values are promised to change no more,
// by anyone: what programs need of a variable alone, such as a filter in the form that a
// kernel reads, is made when the first of them is bound, and shared. A plan that updates a
// variable cannot be bound to it.
func (s *Store) Fixed() *Store { return &Store{s.exec.Fixed()} }

// View returns a store in which each variable of s has the memory of the one
// that rename names, where s has that. It panics if the two differ in size.
func (s *Store) View(rename func(name string) string) *Store { return &Store{s.exec.View(rename)} }

// Under returns a store of the variables whose names begin with path and a
// dot, without these and with the same memory: the weights of one of several
// networks, by the names that it has for them itself.
//
//	m, err := model.New(generator, spec, nil, store.Under("generator"))
func (s *Store) Under(path string) *Store {
	values := map[string][]float32{}
	var variables []Variable
	for _, v := range s.Variables() {
		if name, ok := strings.CutPrefix(v.Name, path+"."); ok {
			values[name] = s.Value(v.Name)
			variables = append(variables, Variable{name, v.Type})
		}
	}
	under, _ := StoreOf(values, variables...) // which fit
	return under
}

// Select returns a store of some variables of s, in the order given and with
// the same memory. An error names one that s lacks or has in another shape.
func (s *Store) Select(variables ...Variable) (*Store, error) {
	selected, err := s.exec.Select(declared(variables))
	if err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return &Store{selected}, nil
}
