package data

import (
	"fmt"
	"slices"
	"strings"

	"descent/internal/suggest"
)

// Field is one thing that each row has: an image, a row of numbers, a mask, a
// class for each position.
type Field struct {
	Name  string
	Kind  Kind
	Role  Role
	Shape []int    `json:",omitempty"` // of one row; none: a single value
	Names []string `json:",omitempty"` // of classes or tokens; of numbers along the last axis, where they have some
}

// Kind says what the values of a field are.
type Kind uint8

const (
	Numbers Kind = iota // real numbers
	Class               // numbers of classes, from 0; -1 is none of them
	Tokens              // numbers of words, from 0; -1 pads
)

// Role says what a field is for.
type Role uint8

const (
	InputRole  Role = iota // layers read it
	TargetRole             // predictions are compared with it
)

// The names of the fields that [Spec.Input] and [Spec.Task] describe: what a
// network is applied to, and what it is trained for.
const (
	X = "x"
	Y = "y"
)

var (
	kindNames = []string{"numbers", "class", "tokens"}
	roleNames = []string{"input", "target"}
)

// String returns "numbers", "class" or "tokens".
func (k Kind) String() string { return named(kindNames, int(k)) }

// String returns "input" or "target".
func (r Role) String() string { return named(roleNames, int(r)) }

func named(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown(%d)", i)
}

// MarshalText writes what String returns.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// MarshalText writes what String returns.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames, string(text))
	*k = Kind(max(i, 0))
	if i < 0 {
		return suggest.Unknown("kind of field", string(text), kindNames)
	}
	return nil
}

// UnmarshalText reads what MarshalText writes.
func (r *Role) UnmarshalText(text []byte) error {
	i := slices.Index(roleNames, string(text))
	*r = Role(max(i, 0))
	if i < 0 {
		return suggest.Unknown("role of a field", string(text), roleNames)
	}
	return nil
}

// Size returns the number of values of one row.
func (f Field) Size() int {
	size := 1
	for _, d := range f.Shape {
		size *= d
	}
	return size
}

// Validate returns what a field lacks.
func (f Field) Validate() error {
	size := 1
	for _, d := range f.Shape {
		if d <= 0 || size > maxValues/d {
			return fmt.Errorf("data: field %q: no row has the shape %v", f.Name, f.Shape)
		}
		size *= d
	}
	switch {
	case f.Name == "":
		return fmt.Errorf("data: a field of shape %v has no name", f.Shape)
	case int(f.Kind) >= len(kindNames) || int(f.Role) >= len(roleNames):
		return fmt.Errorf("data: field %q is of kind %v and role %v", f.Name, f.Kind, f.Role)
	case f.Kind != Numbers && len(f.Names) == 0:
		return fmt.Errorf("data: field %q needs the names of its %v", f.Name, map[Kind]string{Class: "classes", Tokens: "tokens"}[f.Kind])
	case f.Kind == Numbers && f.Names != nil && (len(f.Shape) == 0 || len(f.Names) != f.Shape[len(f.Shape)-1]):
		return fmt.Errorf("data: field %q of shape %v has %d names; there is one for each place along the last axis", f.Name, f.Shape, len(f.Names))
	}
	return nil
}

// check returns what is wrong with values of some rows of the field.
func (f Field) check(rows []int, values []float32) error {
	size := f.Size()
	for i, v := range values {
		row := rows[i/size]
		switch {
		case v-v != 0:
			return fmt.Errorf("data: row %d, field %q, value %d is %v; it must be finite", row, f.Name, i%size, v)
		case f.Kind != Numbers && (v < -1 || v >= float32(len(f.Names)) || v != float32(int(v))):
			return fmt.Errorf("data: row %d, field %q, value %d is %v; it is a number from 0 to %d, or -1: %w", row, f.Name, i%size, v, len(f.Names)-1, ErrLabel)
		}
	}
	return nil
}

// Fields lists all fields: [X], [Y] unless there is none, and More.
func (s Spec) Fields() []Field {
	list := []Field{{Name: X, Shape: s.Input}}
	switch {
	case s.Unlabeled || s.Task == 0:
	case s.Task == Classification:
		list = append(list, Field{Name: Y, Kind: Class, Role: TargetRole, Names: s.Classes})
	case s.Horizon > 0:
		list = append(list, Field{Name: Y, Role: TargetRole, Shape: []int{s.Horizon, len(s.Targets)}, Names: s.Targets})
	default:
		list = append(list, Field{Name: Y, Role: TargetRole, Shape: []int{len(s.Targets)}, Names: s.Targets})
	}
	return append(list, s.More...)
}

// Field returns the field of that name. An error names those that there are.
func (s Spec) Field(name string) (Field, error) {
	var names []string
	for _, f := range s.Fields() {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Field{}, fmt.Errorf("data: %s has no field %q%s; it has %s", s.name(), name, suggest.DidYouMean(name, names), strings.Join(names, ", "))
}

// validateMore checks the fields beside x and y.
func (s Spec) validateMore() error {
	seen := map[string]bool{X: true, Y: true}
	for _, f := range s.More {
		if err := f.Validate(); err != nil {
			return err
		}
		if seen[f.Name] {
			return fmt.Errorf("data: two fields are called %q; x and y are what Input and Task describe", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// FieldReader is a Source with fields beside x and y, which its Spec lists in
// More. ReadField copies field name of rows[i] to dst[i*size:]; what is said of
// Read holds for it.
type FieldReader interface {
	Source
	ReadField(name string, rows []int, dst []float32) error
}

// readFields reads the fields beside x and y into dst, one slice for each.
func readFields(s Source, spec Spec, rows []int, dst [][]float32) (err error) {
	if len(spec.More) == 0 {
		return nil
	}
	reader, ok := s.(FieldReader)
	if !ok {
		return fmt.Errorf("data: %T has a field %q but no method ReadField", s, spec.More[0].Name)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("data: ReadField of %T panicked: %v", s, p)
		}
	}()
	for i, f := range spec.More {
		if err := reader.ReadField(f.Name, rows, dst[i]); err != nil {
			return err
		}
	}
	return nil
}
