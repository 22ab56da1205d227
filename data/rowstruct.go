package data

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"descent/data/internal/naming"
)

// structPlans remember where the columns stand in types that were met.
type structPlans struct {
	sync.Mutex
	of map[reflect.Type]map[string][]int
}

// AppendStruct appends the sample of a row that is a struct, or a pointer to one, to
// dst. A field is the column of its csv or json tag, or else of its own name, which
// need not have the column's upper and lower case. Fields that are structs hold
// columns as objects do in [RowEncoder.AppendRow], embedded ones as if theirs were
// fields of the row. Values are those of AppendRow; a nil pointer is a missing one,
// and a field that is zero is that value, whatever omitempty says.
func (r *RowEncoder) AppendStruct(dst []float32, row any) ([]float32, error) {
	v := reflect.ValueOf(row)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return dst, fmt.Errorf("data: a row is a struct or a pointer to one, not %T", row)
	}
	fields := r.plan(v.Type())
	value := func(column string) (any, bool) {
		path, ok := fields[column]
		if !ok {
			return nil, false
		}
		field, err := v.FieldByIndexErr(path)
		if err != nil { // within a pointer that is nil
			return nil, true
		}
		return field.Interface(), true
	}
	return r.appendRow(dst, value, func() []string { return fieldNames(v.Type()) })
}

// plan returns the fields of a type that are columns of the model.
func (r *RowEncoder) plan(t reflect.Type) map[string][]int {
	r.plans.Lock()
	defer r.plans.Unlock()
	if plan, ok := r.plans.of[t]; ok {
		return plan
	}
	fields := columnFields(t, "", nil, 0)
	plan := make(map[string][]int)
	for _, c := range r.columns {
		if path := fieldFor(fields, c.name); path != nil {
			plan[c.name] = path
		}
	}
	if r.plans.of == nil {
		r.plans.of = make(map[reflect.Type]map[string][]int)
	}
	r.plans.of[t] = plan
	return plan
}

// columnField is a field that may be a column.
type columnField struct {
	name   string
	tagged bool // the name is that of a tag
	path   []int
}

// fieldFor returns the field of a column: of its name, and else of its name in other
// accents or, without a tag, in other case.
func fieldFor(fields []columnField, column string) []int {
	for _, same := range []func(f columnField) bool{
		func(f columnField) bool { return f.name == column },
		func(f columnField) bool { return naming.Normal(f.name) == naming.Normal(column) },
		func(f columnField) bool { return !f.tagged && strings.EqualFold(f.name, column) },
	} {
		if i := slices.IndexFunc(fields, same); i >= 0 {
			return fields[i].path
		}
	}
	return nil
}

// deepestStruct bounds how deep structs are looked into, as a type may hold itself.
const deepestStruct = 8

// columnFields lists the fields of a struct that may be columns, the outer ones
// first.
func columnFields(t reflect.Type, prefix string, path []int, depth int) []columnField {
	var fields, inner []columnField
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
			fields = append(fields, columnField{prefix + name, tagged, here})
		case depth == deepestStruct:
		case f.Anonymous && !tagged:
			inner = append(inner, columnFields(of, prefix, here, depth+1)...)
		default:
			inner = append(inner, columnFields(of, prefix+name+".", here, depth+1)...)
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

func fieldNames(t reflect.Type) []string {
	var names []string
	for _, f := range columnFields(t, "", nil, 0) {
		names = append(names, f.name)
	}
	return names
}
