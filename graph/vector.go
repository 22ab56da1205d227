package graph

import (
	"encoding/binary"
	"math"

	"descent/internal/kernel"
	"descent/internal/kernel/move"
)

// Vector returns the constant tensor [n] of the given values, rounded to
// float32.
func (g *Graph) Vector(values []float64) Tensor {
	var bits []byte
	for _, v := range values {
		bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(float32(v)))
	}
	return g.apply(vector{string(bits)})
}

// vector holds its values as text, so that equal ones are equal.
type vector struct{ bits string }

func (vector) Name() string { return "Vector" }

func (v vector) Infer(...Type) (Type, error) { return Shape(len(v.bits) / 4), nil }

func (vector) Grad(_, _ Tensor, _ ...Tensor) []Tensor { return nil }

func (v vector) Eval64(e *Eval) {
	for i, x := range v.values() {
		e.Out[i] = float64(x)
	}
}

// Kernel implements lowering.Producer.
func (v vector) Kernel(Type, ...Type) kernel.Kernel { return move.Values(v.values()) }

func (v vector) values() []float32 {
	values := make([]float32, len(v.bits)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32([]byte(v.bits[4*i : 4*i+4])))
	}
	return values
}
