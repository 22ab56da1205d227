package value

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
	"time"

	"descent/data/internal/naming"
)

// Field is a field that may be a column.
type Field struct {
	Name   string
	Path   []int // of the field and those that hold it
	tagged bool  // the name is that of a tag
}

// FieldFor returns the field of a column: of its name, and else of its name in other
// accents or, without a tag, in other case.
func FieldFor(fields []Field, column string) []int {
	for _, same := range []func(f Field) bool{
		func(f Field) bool { return f.Name == column },
		func(f Field) bool { return naming.Normal(f.Name) == naming.Normal(column) },
		func(f Field) bool { return !f.tagged && strings.EqualFold(f.Name, column) },
	} {
		if i := slices.IndexFunc(fields, same); i >= 0 {
			return fields[i].Path
		}
	}
	return nil
}

// deepestStruct bounds how deep structs are looked into, as a type may hold itself.
const deepestStruct = 8

// Fields lists the fields of a struct that may be columns, the outer ones first.
func Fields(t reflect.Type) []Field { return fieldsOf(t, "", nil, 0) }

func fieldsOf(t reflect.Type, prefix string, path []int, depth int) []Field {
	var fields, inner []Field
	for i := range t.NumField() {
		f := t.Field(i)
		name, tagged := fieldName(f)
		here := append(slices.Clip(slices.Clone(path)), i)
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		holds := of.Kind() == reflect.Struct && !isValue(f.Type)
		switch {
		case name == "-" || !f.IsExported() && !(f.Anonymous && holds && f.Type.Kind() == reflect.Struct):
		case !holds:
			fields = append(fields, Field{prefix + name, here, tagged})
		case depth == deepestStruct:
		case f.Anonymous && !tagged:
			inner = append(inner, fieldsOf(of, prefix, here, depth+1)...)
		default:
			inner = append(inner, fieldsOf(of, prefix+name+".", here, depth+1)...)
		}
	}
	return append(fields, inner...)
}

// fieldName returns the column that a field is called.
func fieldName(f reflect.StructField) (name string, tagged bool) {
	for _, key := range []string{"csv", "json"} {
		tag, _, _ := strings.Cut(f.Tag.Get(key), ",")
		if tag != "" {
			return tag, true
		}
	}
	return f.Name, false
}

// isValue reports whether a struct is one value, such as a time.
func isValue(t reflect.Type) bool {
	text := reflect.TypeFor[encoding.TextMarshaler]()
	return t == reflect.TypeFor[time.Time]() || t.Implements(text)
}
