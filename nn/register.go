package nn

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// Register makes layers of the type of l known to [Marshal] and [Unmarshal],
// and so to model files, by the name that paths show: main.Gated is "gated".
//
//	type Gated struct{ Units int }
//
//	func init() { nn.Register(Gated{}) }
//
// The type is a struct of exported fields, or a list of layers as [Sequential]
// is. A field is a number, a bool, a string, a [Layer], an
// [initial.Initializer], what marshals itself as text, as [Activation] does, or
// a slice, an array or a struct of such. All programs that read the model
// register it, too. An Initializer that [initial.Parse] cannot read is left out,
// so that Forward should take nil for one of its choice.
//
// Register panics if the type cannot be written, or if another has its name.
func Register(l Layer) {
	if l == nil {
		panic("nn: Register: the layer is nil")
	}
	registerAs(kind(l), l)
}

// RegisterName is [Register] under a name of the caller's choice: where layers
// of two packages have one name, or for files from before a type was renamed.
// A type may have several names, and is written under its first.
func RegisterName(name string, l Layer) {
	if l == nil {
		panic("nn: Register: the layer is nil")
	}
	registerAs(name, l)
}

func registerAs(name string, l Layer) {
	if err := known.add(name, l); err != nil {
		panic(fmt.Sprintf("nn: Register: %v", err))
	}
}

// known are the types that the JSON form of a network has names for.
var known = builtin()

// builtin registers the layers of this package.
func builtin() *registry {
	r := &registry{types: map[string]reflect.Type{}, names: map[reflect.Type]string{}}
	r.add("image", EnsureChannels{}) // what the first files call it
	for _, l := range []Layer{
		Sequential{}, Concat{}, Join{}, Residual{}, Identity{},
		Flatten{}, Dense{}, Embedding{}, EmbeddingBag{}, AttentionBag{}, Tied{}, Positions{}, MultiHeadAttention{}, SwiGLU{}, SoftCap{}, GRU{}, LSTM{}, Reshape{}, Pad{}, EnsureChannels{},
		Dropout{}, SpatialDropout{}, DropPath{},
		Conv2D{}, ConvTranspose2D{}, DepthwiseConv{}, Conv1D{},
		MaxPool{}, AvgPool{}, MaxPool1D{}, AvgPool1D{}, GlobalMaxPool{}, GlobalAvgPool{},
		BatchNorm{}, LayerNorm{}, GroupNorm{}, RMSNorm{},
		AlongTime{}, Reversible{}, AddField{}, SeasonalNaive{}, EachColumn{}, Patches{},
		Select{}, Scale{}, SmoothClip{}, PiecewiseLinear{}, Periodic{}, QuantileMap{},
		Parametric{}, Clamp{}, Temperature{}, Ensemble{}, DenseEach{}, BatchEnsemble{}, MemberMean{}, Cutpoints{},
	} {
		r.add(kind(l), l)
	}
	return r
}

// registry joins types and names. It may be used from many goroutines.
type registry struct {
	mu    sync.RWMutex
	types map[string]reflect.Type
	names map[reflect.Type]string // under which a type is written
}

// add returns what is wrong with the type or the name.
func (r *registry) add(name string, l Layer) error {
	t := reflect.TypeOf(l)
	if err := registrable(t); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch has := r.types[name]; {
	case name == "" || name == activationType || strings.ContainsAny(name, " \t\r\n\""):
		return fmt.Errorf("%v cannot have the name %q", t, name)
	case has == t:
		return nil
	case has != nil:
		return fmt.Errorf("%v would have the name %q, which is that of %v; give it another with nn.RegisterName", t, name, has)
	}
	r.types[name] = t
	if _, ok := r.names[t]; !ok {
		r.names[t] = name
	}
	return nil
}

// name returns the name under which l is written.
func (r *registry) name(l Layer) (string, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	name, ok := r.names[reflect.TypeOf(l)]
	return name, ok
}

// named returns the type of that name.
func (r *registry) named(name string) (reflect.Type, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	t, ok := r.types[name]
	return t, ok
}

// registrable returns why layers of type t cannot be written, if they cannot.
func registrable(t reflect.Type) error {
	switch {
	case t.Kind() == reflect.Pointer:
		return fmt.Errorf("%v is a pointer; register %v{}, whose methods must be those of a value", t, t.Elem())
	case t.Name() == "":
		return fmt.Errorf("%v has no name", t)
	case isList(t):
		return nil
	case t.Kind() != reflect.Struct:
		return fmt.Errorf("%v is a %v; want a struct, or a list of layers", t, t.Kind())
	}
	return writableFields(t, t.String(), map[reflect.Type]bool{})
}

// writableFields returns an error if a field of the struct t, which stands at
// the given place, holds what JSON cannot.
func writableFields(t reflect.Type, at string, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	names := map[string]string{"type": "the type's name"}
	for i := range t.NumField() {
		f := t.Field(i)
		name := fieldName(f.Name)
		where := at + "." + f.Name
		if !f.IsExported() {
			return fmt.Errorf("field %s is unexported, so that it would be lost; export it, or leave it out", where)
		}
		if other, ok := names[name]; ok {
			return fmt.Errorf("field %s would be written as %q, as %s is; rename it", where, name, other)
		}
		names[name] = where
		if err := writable(f.Type, where, seen); err != nil {
			return err
		}
	}
	return nil
}

func writable(t reflect.Type, at string, seen map[reflect.Type]bool) error {
	switch formOf(t) {
	case formList:
		return writable(t.Elem(), at, seen)
	case formStruct:
		return writableFields(t, at, seen)
	case formNone:
		return fmt.Errorf("field %s is %v, which a file cannot hold; want numbers, strings, layers, or slices and structs of them", at, t)
	}
	return nil
}
