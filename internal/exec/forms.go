package exec

import (
	"reflect"
	"sync"

	"descent/internal/kernel"
)

// forms are what kernels read of variables that do not change, made when a program that
// needs them is bound, once for all.
type forms struct {
	mu   sync.Mutex
	made []form
}

// form is a variable in the form that a kernel makes of it.
type form struct {
	variable string
	kernel   kernel.Kernel
	values   []float32
}

// Fixed returns a store of the same memory, whose values change no more: programs make
// what they need of a variable alone when they are bound, and share it.
func (s *Store) Fixed() *Store {
	return &Store{names: s.names, values: s.values, types: s.types, forms: &forms{}}
}

// form returns a variable in the form, of that size, that k makes of it.
func (s *Store) form(variable string, k kernel.Kernel, size int) []float32 {
	f := s.forms
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, have := range f.made {
		if have.variable == variable && reflect.DeepEqual(have.kernel, k) {
			return have.values
		}
	}
	values := newArena(size)
	c := &kernel.Call{In: [][]float32{s.values[variable]}, Out: [][]float32{values}, Scratch: newArena(k.Scratch()), Shared: newArena(k.Shared())}
	for i := range k.Tasks() {
		k.Run(i, c)
	}
	f.made = append(f.made, form{variable, k, values})
	return values
}
