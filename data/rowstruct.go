package data

import (
	"fmt"
	"reflect"
	"sync"

	"descent/data/internal/value"
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
	if v.Kind() == reflect.Pointer {
		return dst, fmt.Errorf("data: a row is a struct or a pointer to one, not a nil %v", v.Type())
	}
	if v.Kind() != reflect.Struct {
		return dst, fmt.Errorf("data: a row is a struct or a pointer to one, not %T", row)
	}
	fields := r.plan(v.Type())
	get := func(column string) (any, bool) {
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
	return r.appendRow(dst, get, func() (names []string) {
		for _, f := range value.Fields(v.Type()) {
			names = append(names, f.Name)
		}
		return names
	})
}

// plan returns the fields of a type that are columns of the model.
func (r *RowEncoder) plan(t reflect.Type) map[string][]int {
	r.plans.Lock()
	defer r.plans.Unlock()
	if plan, ok := r.plans.of[t]; ok {
		return plan
	}
	fields := value.Fields(t)
	plan := make(map[string][]int)
	for _, name := range r.encoder.inputNames() {
		if path := value.FieldFor(fields, name); path != nil {
			plan[name] = path
		}
	}
	if r.plans.of == nil {
		r.plans.of = make(map[reflect.Type]map[string][]int)
	}
	r.plans.of[t] = plan
	return plan
}
