package train

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"descent/nn"
)

// setting is a field that the bits of a run depend on, in words.
type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// settingsOf lists what the bits of a run depend on: the network and the
// fields of its configuration, but for those that say of themselves that they
// leave the bits as they are.
func settingsOf(net nn.Layer, c Config) []setting {
	list := []setting{{"Network", words(reflect.ValueOf(&net).Elem(), 0)}}
	v := reflect.ValueOf(c)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Tag.Get("bits") != "same" {
			list = append(list, setting{f.Name, words(v.Field(i), 0)})
		}
	}
	return list
}

// sameSettings returns an error that names the first setting in which a
// checkpoint differs. One that it lacks is of a later version, and was zero then.
func sameSettings(saved, have []setting) error {
	values := map[string]string{}
	for _, s := range saved {
		values[s.Name] = s.Value
	}
	for _, s := range have {
		v, ok := values[s.Name]
		if !ok {
			v = words(reflect.ValueOf(Config{}).FieldByName(s.Name), 0)
		}
		if plain(v) != plain(s.Value) {
			if s.Name == "Network" && strings.Contains(v, "onnx.Network{") && strings.Contains(s.Value, "onnx.Network{") {
				return ErrOtherFile
			}
			is, here := whereUnlike(v, s.Value)
			return fmt.Errorf("%s is %s in the checkpoint, and %s here; a run is resumed with what it was started with", s.Name, is, here)
		}
	}
	return nil
}

// ErrOtherFile is wrapped by the error of a run that goes on with the network of another ONNX
// file than it began with.
var ErrOtherFile = errors.New("the network of the ONNX file is another than that of the checkpoint")

// whereUnlike cuts long words to what stands around the first place where they differ,
// as those of a network that was measured on a table fill pages.
func whereUnlike(a, b string) (string, string) {
	const most, before = 400, 100
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	cut := func(s string) string {
		if len(s) <= most {
			return s
		}
		from, to := max(0, at-before), min(len(s), at+most-before)
		if from > 0 {
			s, to = "… "+s[from:], to-from+len("… ")
		}
		if to < len(s) {
			s = s[:to] + " …"
		}
		return strings.ToValidUTF8(s, "")
	}
	return cut(a), cut(b)
}

// spelling is what words wrote, or another version of it, and says nothing: fields
// without items, and the sign of zero.
var spelling = regexp.MustCompile(`, [A-Za-z0-9_]+: (map)?\[\]|[A-Za-z0-9_]+: (map)?\[\](, )?|-(0[ ,}\]])|^-(0)$`)

// renamed are types by the names that words of earlier versions have for them.
var renamed = map[string]string{
	"data.Augment":       "augment.Config",
	"nn.Image":           "nn.EnsureChannels",
	"nn.Zeros":           "initial.Zeros",
	"nn.Ones":            "initial.Ones",
	"nn.Constant":        "initial.Constant",
	"nn.Identity":        "initial.Identity", // nn.Identity is a layer now, and stands where no initializer does
	"nn.Normal":          "initial.Normal",
	"nn.Uniform":         "initial.Uniform",
	"nn.TruncatedNormal": "initial.TruncatedNormal",
	"nn.XavierUniform":   "initial.XavierUniform",
	"nn.XavierNormal":    "initial.XavierNormal",
	"nn.HeUniform":       "initial.HeUniform",
	"nn.HeNormal":        "initial.HeNormal",
	"nn.LeCunUniform":    "initial.LeCunUniform",
	"nn.LeCunNormal":     "initial.LeCunNormal",
	"nn.Orthogonal":      "initial.Orthogonal",
}

// typeName is a type in words, as in "nn.Dense{".
var typeName = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*\{`)

// plain returns the words of a value without what says nothing, and with the names
// that types have today, so that values are compared and not how they were written.
func plain(words string) string {
	words = typeName.ReplaceAllStringFunc(words, func(name string) string {
		if now, ok := renamed[strings.TrimSuffix(name, "{")]; ok {
			return now + "{"
		}
		return name
	})
	return spelling.ReplaceAllString(words, "$4$5")
}

// deepest is how far words follows a value, which may lead back to itself.
const deepest = 30

// words writes a value so that equal ones read alike, in every process: types
// and fields by name, but of functions only the type. Fields that are zero are
// left out, so that a later version may have more of them.
func words(v reflect.Value, depth int) string {
	if !v.IsValid() || depth > deepest {
		return "nil"
	}
	in := func(v reflect.Value) string { return words(v, depth+1) }
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return in(v.Elem())
	case reflect.Struct:
		var fields []string
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				fields = append(fields, v.Type().Field(i).Name+": "+in(v.Field(i)))
			}
		}
		return v.Type().String() + "{" + strings.Join(fields, ", ") + "}"
	case reflect.Slice, reflect.Array:
		var items []string
		for i := range v.Len() {
			items = append(items, in(v.Index(i)))
		}
		return "[" + strings.Join(items, " ") + "]"
	case reflect.Map:
		var items []string
		for _, key := range v.MapKeys() {
			items = append(items, in(key)+": "+in(v.MapIndex(key)))
		}
		slices.Sort(items)
		return "map[" + strings.Join(items, " ") + "]"
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	}
	return v.Type().String()
}
