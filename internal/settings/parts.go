package settings

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"descent/internal/suggest"
	"descent/nn"
)

// mostLayers bounds the layers and blocks of a network.
const mostLayers = 1000

// partKey is what a field is called in settings: its name in lower case.
func partKey(name string) string { return strings.ToLower(name) }

// setParts reads what stands behind the colon of a network's name, as layers=4,width=128
// in gpt:layers=4,width=128, into the fields of the struct that c points to: parts have
// their names in lower case. Fields that are elsewhere are said by the data, or by
// settings of their own.
func setParts(model, text, example string, c any, elsewhere ...string) error {
	var names []string
	fields := map[string]reflect.Value{}
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; !slices.Contains(elsewhere, name) {
			names = append(names, partKey(name))
			fields[partKey(name)] = v.Field(i)
		}
	}
	given := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(part, "=")
		switch key = strings.TrimSpace(key); {
		case !ok:
			return fmt.Errorf("%q; want parts by their names, as in %s:%s: %s", part, model, example, strings.Join(names, ", "))
		case !fields[key].IsValid():
			return suggest.Unknown("part of a "+model, key, names)
		case given[key]:
			return fmt.Errorf("%s is given twice", key)
		}
		given[key] = true
		most := maxUnits
		if key == "layers" || key == "blocks" {
			most = mostLayers
		}
		if err := setField(fields[key], strings.TrimSpace(value), most); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// setField reads a number, a word or true and false into a field. Whole numbers are
// sizes, from 1 to most.
func setField(f reflect.Value, text string, most int) error {
	switch f.Kind() {
	case reflect.Uint8: // an activation, by its name
		a, err := nn.ParseActivation(text)
		f.Set(reflect.ValueOf(a))
		return err
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return fmt.Errorf("%q is no number from 1 to %d", text, most)
		}
		f.SetInt(int64(n))
	case reflect.Float64:
		x, err := ParseFloat(text)
		if err != nil {
			return err
		}
		f.SetFloat(x)
	case reflect.Bool:
		on, err := parseBool(text)
		if err != nil {
			return err
		}
		f.SetBool(on)
	}
	return nil
}
