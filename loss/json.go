package loss

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// ErrUnknown is wrapped by the error of [Unmarshal] for a loss that is not this
// package's own.
var ErrUnknown = errors.New("the loss is its maker's own")

// saved is a loss in JSON. The fields of one that is not this package's are left
// out.
type saved struct {
	Name   string          `json:"name"`
	Values json.RawMessage `json:"values,omitempty"`
}

// Marshal writes a loss as JSON: its name and, of this package's losses, its
// fields.
func Marshal(l Loss) ([]byte, error) {
	s := saved{Name: l.Name()}
	if _, err := ByName(s.Name); err == nil {
		if s.Values, err = json.Marshal(l); err != nil {
			return nil, err
		}
	}
	return json.Marshal(s)
}

// Unmarshal reads what [Marshal] wrote of one of this package's losses.
func Unmarshal(text []byte) (Loss, error) {
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("loss: %w", err)
	}
	l, err := ByName(s.Name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	v := reflect.New(reflect.TypeOf(l))
	if s.Values != nil {
		decoder := json.NewDecoder(bytes.NewReader(s.Values))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(v.Interface()); err != nil {
			return nil, fmt.Errorf("loss: %w", err)
		}
	}
	l = v.Elem().Interface().(Loss)
	return l, l.Validate()
}
