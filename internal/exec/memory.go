package exec

import (
	"fmt"
	"unsafe"

	"descent/graph"
)

// align is the number of float32 in a cache line.
const align = 16

// newArena returns n zeroed float32 that start at a cache line.
func newArena(n int) []float32 {
	if n == 0 {
		return nil
	}
	a := make([]float32, n+align)
	hugePages(a)
	skip := 0
	if r := uintptr(unsafe.Pointer(&a[0])) % (4 * align); r != 0 {
		skip = int(4*align-r) / 4
	}
	return a[skip : skip+n : skip+n]
}

// Store holds variables by name, each at a cache line of one contiguous arena,
// in the order given. Programs that share a store share its variables.
type Store struct {
	names  []string
	values map[string][]float32
	types  map[string]graph.Type
	forms  *forms // nil: the values may change
}

// Declaration is a variable to be stored.
type Declaration struct {
	Name string
	Type graph.Type
}

// NewStore returns a store of zeros. It panics if two variables have one name.
func NewStore(declared []Declaration) *Store {
	if err := distinct(declared); err != nil {
		panic(err)
	}
	s := &Store{values: map[string][]float32{}, types: map[string]graph.Type{}}
	total := 0
	for _, d := range declared {
		total += (d.Type.Size() + align - 1) / align * align
	}
	arena := newArena(total)
	for _, d := range declared {
		n := d.Type.Size()
		s.names = append(s.names, d.Name)
		s.values[d.Name] = arena[:n:n]
		s.types[d.Name] = d.Type
		arena = arena[(n+align-1)/align*align:]
	}
	return s
}

// distinct returns an error if two variables have one name.
func distinct(declared []Declaration) error {
	seen := make(map[string]bool, len(declared))
	for _, d := range declared {
		if seen[d.Name] {
			return fmt.Errorf("two variables are called %q", d.Name)
		}
		seen[d.Name] = true
	}
	return nil
}

// StoreOf returns a store whose variables have the memory of values, each of the
// size of its type.
func StoreOf(declared []Declaration, values map[string][]float32) (*Store, error) {
	if err := distinct(declared); err != nil {
		return nil, err
	}
	s := &Store{values: map[string][]float32{}, types: map[string]graph.Type{}}
	for _, d := range declared {
		v := values[d.Name]
		if len(v) != d.Type.Size() {
			return nil, fmt.Errorf("variable %q: %d values do not fit %v", d.Name, len(v), d.Type)
		}
		s.names = append(s.names, d.Name)
		s.values[d.Name], s.types[d.Name] = v, d.Type
	}
	return s, nil
}

// Names returns the names of the variables in order.
func (s *Store) Names() []string { return s.names }

// Value returns the memory of a variable, nil if there is none of that name.
func (s *Store) Value(name string) []float32 { return s.values[name] }

// Type returns the type of a variable.
func (s *Store) Type(name string) graph.Type { return s.types[name] }

// Copy sets every variable of s to its value in from, which must have them all.
// from may be a view of s.
func (s *Store) Copy(from *Store) error {
	for _, name := range s.names {
		switch v, t := from.values[name], from.types[name]; {
		case len(v) != len(s.values[name]):
			return fmt.Errorf("variable %q: %d values do not fit %v", name, len(v), s.types[name])
		case t != s.types[name]:
			return fmt.Errorf("variable %q has shape %v, not %v", name, t, s.types[name])
		}
	}
	if s.movedIn(from) {
		from = from.Clone()
	}
	for _, name := range s.names {
		copy(s.values[name], from.values[name])
	}
	return nil
}

// movedIn reports whether the memory of a variable of s is that of another one
// in from.
func (s *Store) movedIn(from *Store) bool {
	at := map[*float32]string{}
	for name, v := range s.values {
		at[unsafe.SliceData(v)] = name
	}
	for name, v := range from.values {
		if own, ok := at[unsafe.SliceData(v)]; ok && own != name {
			return true
		}
	}
	return false
}

// Clone returns a store with the same variables and values.
func (s *Store) Clone() *Store {
	var declared []Declaration
	for _, name := range s.names {
		declared = append(declared, Declaration{name, s.types[name]})
	}
	c := NewStore(declared)
	for _, name := range s.names {
		copy(c.values[name], s.values[name])
	}
	return c
}

// View returns a store in which each variable of s has the memory of the one
// that rename names, where s has that. It panics if the two differ in size.
func (s *Store) View(rename func(name string) string) *Store {
	v := &Store{names: s.names, values: map[string][]float32{}, types: s.types}
	for _, name := range s.names {
		v.values[name] = s.values[name]
		as := rename(name)
		other, ok := s.values[as]
		if !ok {
			continue
		}
		if len(other) != s.types[name].Size() {
			panic(fmt.Sprintf("variable %q has shape %v, and %q, which is to stand for it, %v", name, s.types[name], as, s.types[as]))
		}
		v.values[name] = other
	}
	return v
}

// Select returns a store of some variables of s, in the order given and with
// the same memory.
func (s *Store) Select(declared []Declaration) (*Store, error) {
	if err := distinct(declared); err != nil {
		return nil, err
	}
	v := &Store{values: map[string][]float32{}, types: map[string]graph.Type{}}
	for _, d := range declared {
		typ, ok := s.types[d.Name]
		switch {
		case !ok:
			return nil, fmt.Errorf("there is no variable %q", d.Name)
		case typ != d.Type:
			return nil, fmt.Errorf("variable %q has shape %v, not %v", d.Name, typ, d.Type)
		}
		v.names = append(v.names, d.Name)
		v.values[d.Name], v.types[d.Name] = s.values[d.Name], typ
	}
	return v, nil
}

// Arena is working memory that programs which never run at the same time share.
type Arena struct{ memory []float32 }

// grow makes sure that the arena holds n float32.
func (a *Arena) grow(n int) []float32 {
	if len(a.memory) < n {
		a.memory = newArena(n)
	}
	return a.memory[:n]
}
