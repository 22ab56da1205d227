// Package value reads values of a program as the cells of a table: those of a map,
// as JSON has them, and those of a struct.
package value

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"descent/data/internal/parse"
)

// Finite returns the common kinds of numbers, which need not be written to be read.
func Finite(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, v-v == 0
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// Cell writes a value as it stands in a file of JSON objects; form is that of the
// column's dates. Text whose point may be between thousands is not plain: then
// numbers are in the column's notation.
func Cell(v any, form string) (cell string, plain bool, err error) {
	switch v := v.(type) {
	case nil:
		return "", true, nil
	case string:
		return textCell(v)
	case time.Time:
		return timeText(v, form), true, nil
	case *time.Time:
		if v == nil {
			return "", true, nil
		}
		return timeText(*v, form), true, nil
	case encoding.TextMarshaler:
		if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && p.IsNil() {
			return "", true, nil
		}
		text, err := v.MarshalText()
		if err != nil {
			return "", false, err
		}
		return textCell(string(text))
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Interface:
		if r.IsNil() {
			return "", true, nil
		}
		return Cell(r.Elem().Interface(), form)
	case reflect.String:
		if r.Type().PkgPath() == "encoding/json" { // a Number, as it is spelt
			return strings.TrimSpace(r.String()), true, nil
		}
		return textCell(r.String())
	case reflect.Bool:
		return strconv.FormatBool(r.Bool()), true, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(r.Int(), 10), true, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(r.Uint(), 10), true, nil
	case reflect.Float32, reflect.Float64:
		return string(AppendFloat(nil, r.Float(), r.Type().Bits())), true, nil
	}
	shown, kind := "what stands there", fmt.Sprintf("a %T", v)
	if _, err := json.Marshal(v); err == nil { // it does not hold itself
		shown = fmt.Sprint(v)
	}
	switch v.(type) {
	case []any:
		kind = "a list"
	case map[string]any:
		kind = "an object"
	}
	return "", false, fmt.Errorf("%s is %s; a value is text, a number, true, false, nil or a time", shown, kind)
}

// AppendFloat writes a number as encoding/json does: with an exponent only where it is
// very large or small.
func AppendFloat(dst []byte, v float64, bits int) []byte {
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.AppendFloat(dst, v, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}

// textCell returns a text as a cell.
func textCell(text string) (cell string, plain bool, err error) {
	if !utf8.ValidString(text) {
		return "", false, fmt.Errorf("%q is not UTF-8", text)
	}
	return strings.TrimSpace(text), !parse.PointedGroups(text), nil
}

// timeText writes a time as dates of a form are read: the wall clock, or for
// seconds since 1970 the moment.
func timeText(t time.Time, form string) string {
	switch form {
	case parse.UnixForm:
		return strconv.FormatFloat(float64(t.Unix())+float64(t.Nanosecond())/1e9, 'f', -1, 64)
	case parse.MonthForm:
		return t.Format("2006-01")
	case parse.TimeForm:
		return t.Format("15:04:05.999999999")
	}
	return t.Format("2006-01-02T15:04:05.999999999")
}
