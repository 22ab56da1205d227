package onnx

import (
	"fmt"
	"strconv"
)

// Number is a float64 whose text may also be inf, -inf or nan, which JSON cannot say.
type Number float64

// MarshalText implements [encoding.TextMarshaler].
func (x Number) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(x), 'g', -1, 64), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (x *Number) UnmarshalText(text []byte) error {
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return fmt.Errorf("%q is no number", text)
	}
	*x = Number(v)
	return nil
}

func numbers(x []float64) []Number {
	list := make([]Number, len(x))
	for i, v := range x {
		list[i] = Number(v)
	}
	return list
}

func floats(x []Number) []float64 {
	list := make([]float64, len(x))
	for i, v := range x {
		list[i] = float64(v)
	}
	return list
}
